import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../src/foundations/paths.ts";
import { runInProcess } from "../support/in-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = await temporaryFolder();

describe("what is no command is told with what to write", () => {
  test.each([
    ["sweep mnist-mlp", "Write: prune-lab sweep --config mnist-mlp"],
    [
      "sweep -config mnist-mlp",
      "prune-lab: -config: a flag of several letters has two hyphens. Write --config.",
    ],
    ["batch -out x mnist-mlp", "Write --out."],
    [
      "sweep --config mnist-mlp --epochs 3",
      "Write: --set train.epochs=3 (or prune.finetune.epochs, prune.train.epochs)",
    ],
    ["sweep --config mnist-mlp --seeds 3", "Write: --set 'seeds=[3]'"],
    ["sweep --config mnist-mlp --lr=0.1", "Write: --set train.optimizer.learningRate=0.1"],
    ["sweep --config mnist-mlp --dataset mnist", "Write: --set 'dataset={ name: mnist }'"],
    ["sweep --config mnist-mlp --threads 2", "Did you mean --workers?"],
    ["sweep --config mnist-mlp --gpu", "Did you mean --engine tensorflow?"],
    ["sweep --config mnist-mlp --engine cuda", "--engine cuda: engine: 'cuda' is not one of"],
    ["sweep --config mnist-mlp --set train.epochs 3", "Write path and value as one: --set train.epochs=3"],
    ["sweep --config a b", "For several: prune-lab batch a b"],
    ["batch --config mnist-mlp", "Write: prune-lab batch mnist-mlp"],
    ["check a b", "Write: prune-lab check a --against b"],
    ["mnist-mlp", "Write: prune-lab sweep --config mnist-mlp"],
    ["run --config x", "Did you mean: prune-lab sweep?"],
    ["download mnist", "Did you mean: prune-lab data fetch?"],
    ["help foo", "there is no help on 'foo'. Help on: sweep, batch,"],
    ["help start", "Did you mean 'sweep'?"],
  ])("%s: %s", async (line, message) => {
    const { code, stdout, stderr } = await runInProcess(line.split(" "), { cwd: folder });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
  });
});

describe("help", () => {
  test("of a command in a command, and of the environment", async () => {
    const fetch = await runInProcess(["help", "data", "fetch"], { cwd: folder });
    expect(fetch).toEqual(await runInProcess(["data", "fetch", "--help"], { cwd: folder }));
    const { code, stdout } = await runInProcess(["help", "environment"], { cwd: folder });
    expect(code).toBe(0);
    for (const name of ["NO_COLOR", "XDG_CACHE_HOME", "GITHUB_ACTIONS"]) expect(stdout).toContain(name);
  });

  test("of the environment names every variable of prune-lab's own that its source reads", async () => {
    const source = path.join(packageRoot, "src");
    const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter(
      (file) => file.endsWith(".ts") && path.basename(file) !== "help.ts",
    );
    const namesIn = (text: string) => [...text.matchAll(/\bPRUNE_LAB_\w+/g)].map(([name]) => name);
    const read = files.flatMap((file) => namesIn(readFileSync(path.join(source, file), "utf8")));
    const { stdout } = await runInProcess(["help", "environment"], { cwd: folder });
    expect(namesIn(stdout).sort()).toEqual([...new Set(read)].sort());
  });
});
