import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { Command } from "commander";
import { describe, expect, test, vi } from "vitest";
import { registerData } from "../../src/commands/data.ts";
import { fetchableNames } from "../../src/library/fetch.ts";
import { emptyWorkingFolder } from "../datasets/fixtures.ts";
import { filesOf, fullSet } from "../datasets/full-sets.ts";
import { serve } from "../datasets/server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Runs the command and returns what it wrote. */
async function run(...flags: string[]): Promise<{ stdout: string; stderr: string; error: unknown }> {
  const written = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    vi.spyOn(process[stream], "write").mockImplementation((text) => {
      written[stream] += text;
      return true;
    });
  }
  const program = new Command().exitOverride();
  registerData(program);
  const error = await program.parseAsync(["data", "fetch", ...flags], { from: "user" }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  vi.restoreAllMocks();
  return { ...written, error };
}

describe("data fetch", () => {
  test("its help names the datasets and gives examples", async () => {
    const { stdout } = await run("--help");
    for (const name of fetchableNames()) expect(stdout).toContain(`prune-lab data fetch ${name}`);
    expect(stdout).toContain("--mirror <url>");
  });

  test("asks the mirror that it is given, in the folder that it is given", async () => {
    await emptyWorkingFolder();
    const asked: string[] = [];
    const mirror = await serve((request, response) => {
      asked.push(request.url ?? "");
      response.end(gzipSync("not MNIST"));
    });
    const { stdout, stderr, error } = await run("mnist", "--mirror", `${mirror}copy`, "--data-dir", "sets");
    expect(error).toMatchObject({ kind: "failure", message: expect.stringContaining("wrong content") });
    expect(asked).toEqual(["/copy/train-images-idx3-ubyte.gz"]);
    expect(stdout).toBe("");
    expect(stderr).toContain(`Downloading ${mirror}copy/train-images-idx3-ubyte.gz\n`);
    expect(await readdir(path.join("sets", "mnist"))).toEqual([]);
  });

  for (const name of fetchableNames()) {
    const full = fullSet(name);

    test.runIf(full !== undefined)(`says when all of ${name} is there (needs the full set)`, async () => {
      const { stdout, stderr, error } = await run(name, "--data-dir", full ?? "");
      expect(error).toBeUndefined();
      expect(stdout).toBe(`${name} is complete and verified in ${full} (already there).\n`);
      expect(stderr).toBe("");
    });

    test.runIf(full !== undefined)(`downloads the real ${name} (needs the full set)`, async () => {
      const folder = await temporaryFolder();
      const mirror = await serve((request, response) => {
        createReadStream(path.join(full ?? "", request.url ?? "")).pipe(response);
      });
      const { stdout } = await run(name, "--mirror", mirror, "--data-dir", folder);
      const files = filesOf(name).map((file) => file.name);
      expect(stdout).toBe(
        `${name} is complete and verified in ${path.join(folder, name)} (downloaded ${files.join(", ")}).\n`,
      );
      expect((await readdir(path.join(folder, name))).sort()).toEqual(files.toSorted());
    });
  }
});
