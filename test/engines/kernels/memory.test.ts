import { execFile } from "node:child_process";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../../src/foundations/paths.ts";
import { builds } from "./builds.ts";

const run = promisify(execFile);

const module = pathToFileURL(path.join(packageRoot, "dist", "engines", "registry.js")).href;

/** Peak memory in MiB of a process of its own that opens the engine and runs the code. */
async function peakMemory(name: string, code: string): Promise<number> {
  const script = `
    const { openEngine } = await import(${JSON.stringify(module)});
    const engine = await openEngine(${JSON.stringify(name)}, () => {});
    const layers = [{ kind: "dense", name: "fc", inputs: 1700, outputs: 1700 }];
    const spec = { inputShape: [1700], layers, loss: "mean-squared-error" };
    const adam = { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };
    ${code}
    console.log(process.resourceUsage().maxRSS / 1024);`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script]);
  return Number(stdout);
}

describe.each(builds)("%s", (name) => {
  test("networks that are disposed of give their memory back", async () => {
    // 30 networks of 35 MB each, one after the other.
    const peak = await peakMemory(
      name,
      `for (let i = 0; i < 30; i++) {
        const network = await engine.createNetwork(spec, adam);
        await network.readParameters();
        await network.dispose();
      }`,
    );
    expect(peak, "peak memory in MiB").toBeLessThan(700);
  });

  test("so does what is laid out whole for one call, again and again", async () => {
    const peak = await peakMemory(
      name,
      `const network = await engine.createNetwork(spec, adam);
      await network.setMasks(new Map([["fc.weight", new Uint8Array(1700 * 1700).fill(1, 0, 1700)]]));
      const inputs = { kind: "floats", values: new Float32Array(1700) };
      const targets = { kind: "values", values: new Float32Array(1700), width: 1700 };
      const examples = { count: 1, shape: [1700], inputs, targets };
      for (let i = 0; i < 30; i++) await network.gradients(examples, Uint32Array.of(0), { masked: false });`,
    );
    expect(peak, "peak memory in MiB").toBeLessThan(900);
  });
});
