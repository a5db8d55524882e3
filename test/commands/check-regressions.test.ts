import { execFileSync } from "node:child_process";
import { cp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { packageRoot } from "../../src/foundations/paths.ts";
import { readManifest } from "../../src/recording/manifest.ts";
import { runCli } from "../support/cli.ts";
import { runInProcess } from "../support/in-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/**
 * Regressions as they happen: a line of the built program is changed, in a copy of it, and the sweep of that copy is
 * checked by the program itself.
 */

const folder = await temporaryFolder();
const CONFIG = `
name: gate
dataset: { name: mnist, source: bundled }
model: { name: mlp, hidden: [32] }
train: { epochs: 2 }
prune: { methods: [global-magnitude], sparsities: [0, 0.98], finetune: { epochs: 4 } }
seeds: [0, 1, 2, 3, 4]
engine: kernels-wasm
`;

interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** A copy of the program with some of its built lines changed; the path of its binary. */
async function brokenProgram(name: string, edits: readonly Edit[]): Promise<string> {
  const root = path.join(folder, "programs", name);
  await mkdir(root, { recursive: true });
  for (const part of ["bin", "dist", "scripts", "package.json"]) {
    await cp(path.join(packageRoot, part), path.join(root, part), { recursive: true });
  }
  for (const part of ["node_modules", "kernels", "assets", "configs"]) {
    await symlink(path.join(packageRoot, part), path.join(root, part), "junction");
  }
  for (const { file, from, to } of edits) {
    const built = path.join(root, "dist", file);
    const parts = (await readFile(built, "utf8")).split(from);
    expect(parts, `'${from}' stands once in dist/${file}`).toHaveLength(2);
    await writeFile(built, parts.join(to));
  }
  execFileSync(process.execPath, [path.join(root, "scripts", "bundle.mjs")]);
  return path.join(root, "bin", "prune-lab.js");
}

/** Sweeps with a broken program, from the trained networks of the good sweep on. */
async function sweepWith(binary: string, name: string) {
  await cp(path.join(folder, "good"), path.join(folder, name), { recursive: true });
  const runs = path.join(folder, name, "runs");
  await rm(path.join(runs, "packs"), { recursive: true });
  const manifest = await readManifest(path.join(folder, name));
  for (const [label, id] of Object.entries(manifest?.runs ?? {})) {
    if (!label.startsWith("baseline-")) await rm(path.join(runs, id), { recursive: true, force: true });
  }
  return await sweep(name, binary);
}

const sweep = (out: string, binary?: string, changes: readonly string[] = []) =>
  runCli(["sweep", "--config", "gate.yaml", "--no-charts", "--out", out, "--quiet", ...changes], {
    cwd: folder,
    binary,
  });

const check = async (results: string, ...flags: readonly string[]) => {
  const args = ["check", results, "--against", "good", "--json", ...flags];
  const { code, stdout } = await runInProcess(args, { cwd: folder });
  return { code, items: JSON.parse(stdout).items };
};

/** Where a pruned network is computed. */
const MASKED = "experiment/runs/masked.js";

const maskLifted: Edit = {
  file: MASKED,
  from: "? await test(network, environment) : null;",
  to: "? await test(network, environment) : null; await network.setMasks(new Map());",
};

beforeAll(async () => {
  await writeFile(path.join(folder, "gate.yaml"), CONFIG);
  expect(await sweep("good")).toMatchObject({ code: 0 });
});

describe("check catches", { timeout: 180_000 }, () => {
  test("fine-tuning with the mask not applied, which raises the accuracy", async () => {
    // The sweep itself refuses to record such a run.
    const guarded = await brokenProgram("mask-lifted", [maskLifted]);
    const refused = await sweepWith(guarded, "refused");
    expect(refused).toMatchObject({
      code: 3,
      stderr: expect.stringContaining("instead of 0 after recovery"),
    });

    // A program without that guard, which counts what is zero in the end.
    const unguarded = await brokenProgram("mask-lifted-unguarded", [
      maskLifted,
      { file: MASKED, from: "assertMasksHeld(run.label, parameters, masks);", to: "" },
      {
        file: MASKED,
        from: "const measure = measureNetwork(spec, masks, tensors);",
        to: `const measure = measureNetwork(spec, new Map([...masks.keys()].map((name) =>
          [name, Uint8Array.from(parameters.get(name), (weight) => (weight === 0 ? 0 : 1))])), tensors);`,
      },
    ]);
    expect(await sweepWith(unguarded, "mask-lifted")).toMatchObject({ code: 0 });
    const { code, items } = await check("mask-lifted");
    expect(code).toBe(1);
    const [worst] = items;
    expect(worst).toMatchObject({ sparsity: 0.98, verdict: "changed" });
    expect(worst.differences.map(({ column }: { column: string }) => column)).toEqual([
      "sparsity",
      "nonzero_parameters",
      "macs",
    ]);
    expect(worst.drop).toBeLessThan(0);
  });

  test("pruning the largest weights instead of the smallest", async () => {
    const binary = await brokenProgram("largest", [
      {
        file: "pruning/criterion.js",
        from: "Math.abs(values[i])",
        to: "-Math.abs(values[i])",
      },
    ]);
    expect(await sweepWith(binary, "largest")).toMatchObject({ code: 0 });
    const { code, items } = await check("largest");
    expect(code).toBe(1);
    expect(items[0].drop).toBeGreaterThan(10);
  });

  test("half the fine-tuning epochs at 98%, at that point alone", async () => {
    const binary = await brokenProgram("half", [
      {
        file: MASKED,
        from: "? await recover(network, { run, plan, ",
        to: "? await recover(network, { run, plan: run.sparsity === 0.98 ? { ...plan, epochs: plan.epochs / 2 } : plan, ",
      },
    ]);
    expect(await sweepWith(binary, "half")).toMatchObject({ code: 0 });
    const { code, items } = await check("half");
    expect(code).toBe(1);
    expect(items[0]).toMatchObject({
      sparsity: 0.98,
      verdict: "regression",
      by: expect.stringMatching(/pairs|groups/),
    });
    expect(items.find(({ sparsity }: { sparsity: number }) => sparsity === 0)).toMatchObject({
      verdict: "identical",
      drop: 0,
    });
  });

  test("half the fine-tuning epochs by the config, against other seeds", async () => {
    const changes = ["--set", "prune.finetune.epochs=2", "--set", "seeds=[5, 6, 7, 8, 9]"];
    expect(await sweep("fewer", undefined, changes)).toMatchObject({ code: 0 });
    const { code, items } = await check("fewer", "--allow-missing-seeds");
    expect(code).toBe(1);
    expect(items[0]).toMatchObject({ sparsity: 0.98, verdict: "regression", by: "groups" });
  });
});

test("an unchanged program passes, byte for byte", async () => {
  const binary = await brokenProgram("unchanged", []);
  expect(await sweepWith(binary, "same")).toMatchObject({ code: 0 });
  expect(await runCli(["check", "same", "--against", "good", "--exact"], { cwd: folder })).toMatchObject({
    code: 0,
    stdout: "Identical to the baseline.\n",
  });
});
