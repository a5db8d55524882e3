import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { registries } from "../../src/library/registries.ts";
import { methods } from "../../src/pruning/methods.ts";
import { runCli } from "../support/cli.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = await temporaryFolder();
await mkdir(path.join(folder, "configs"));
await writeFile(path.join(folder, "configs", "mine.yaml"), "# My own\ndataset: { name: mnist }\n");
const list = (...args: string[]) => runCli(["list", ...args], { cwd: folder });

describe("list", () => {
  test("--json has every registered member, by kind", async () => {
    const { code, stdout } = await list("--json");
    expect(code).toBe(0);
    const lists = JSON.parse(stdout) as Record<string, { name: string }[]>;
    const names = (kind: string) => lists[kind]?.map(({ name }) => name);
    for (const [kind, registry] of Object.entries(registries)) {
      expect(names(kind), kind).toEqual(registry.names());
    }
    expect(names("configs")).toEqual(expect.arrayContaining(["mine", "mnist-mlp", "lab-one-shot"]));
  });

  test("prints a table with one line a member", async () => {
    const { stdout } = await list("methods");
    const [header, ...rows] = stdout.trimEnd().split("\n");
    expect(header).toMatch(/^name +criterion +allocation +structure +summary$/);
    expect(rows.map((row) => row.split(/ {2,}/).slice(0, 4))).toEqual(
      methods
        .list()
        .map(({ name, criterion, allocation, structure }) => [
          name,
          criterion.name,
          allocation.name,
          structure.name,
        ]),
    );
  });

  test("configs: the user's own first, with title and path", async () => {
    const { stdout } = await list("configs");
    expect(stdout.split("\n")[1]).toMatch(/^mine +My own +configs.mine\.yaml$/);
  });

  test("without a kind: every list under its name", async () => {
    const { stdout } = await list();
    const { stdout: json } = await list("--json");
    for (const kind of Object.keys(JSON.parse(json))) {
      expect(stdout).toMatch(new RegExp(`^${kind}\nname`, "m"));
    }
  });
});
