import { execFile } from "node:child_process";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../../src/foundations/paths.ts";
import { builds } from "./builds.ts";

const run = promisify(execFile);

describe.each(builds)("%s", (name) => {
  test("networks that are disposed of give their memory back", async () => {
    const module = pathToFileURL(path.join(packageRoot, "dist", "engines", "registry.js")).href;
    // 60 networks of 35 MB each, one after the other, in a process of its own.
    const script = `
      const { openEngine } = await import(${JSON.stringify(module)});
      const engine = await openEngine(${JSON.stringify(name)}, () => {});
      const layers = [{ kind: "dense", name: "fc", inputs: 1700, outputs: 1700 }];
      const adam = { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };
      for (let i = 0; i < 60; i++) {
        const spec = { inputShape: [1700], layers, loss: "mean-squared-error" };
        const network = await engine.createNetwork(spec, adam);
        await network.readParameters();
        await network.dispose();
      }
      console.log(process.resourceUsage().maxRSS / 1024);`;
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script]);
    expect(Number(stdout), "peak memory in MiB").toBeLessThan(700);
  });
});
