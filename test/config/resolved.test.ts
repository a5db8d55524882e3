import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { resolvedConfigYaml } from "../../src/config/resolved.ts";
import { load, MINIMAL } from "./fixtures.ts";

describe("config.yaml", () => {
  test("writes every default out", async () => {
    const text = resolvedConfigYaml(await load(MINIMAL));
    expect(text).toContain("name: case\n");
    expect(text).toContain("  sparsities: [0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.98, 0.99]\n");
    expect(text).toContain("    batchSize: 64\n");
    expect(text).toContain("      epsilon: 1e-8\n");
    expect(text).toContain("output:\n  results: results.csv\n");
  });

  test("loads as the same config, whatever the settings", async () => {
    const setting = fc.constantFrom(
      "name='1e3'",
      "name='null'",
      "prune.finetune=null",
      "prune.finetune={ epochs: 0, optimizer: { name: sgd, momentum: 0.9 } }",
      "prune.methods=[{ name: 'true', criterion: random, allocation: uniform }, l1-unstructured]",
      "prune.sparsities=[1, 0, 1e-7, 0.30000000000000004]",
      "prune.exclude=['fc1', 'output', '- x', 'a: b #']",
      "dataset={ name: idx, path: 'some folder/ä', normalize: { mean: 0.1307, std: 0.3081 } }",
      "model={ name: cnn, layers: [{ conv: 4, kernel: [3, 5] }, { pool: 2 }, { dense: 9 }] }",
      "train.schedule={ name: step, every: 2 }",
      "train.optimizer.epsilon=1e-300",
      "seeds=[9007199254740991]",
    );
    await fc.assert(
      fc.asyncProperty(fc.array(setting, { maxLength: 6 }), async (set) => {
        const config = await load(MINIMAL, set);
        const text = resolvedConfigYaml(config);
        expect(await load(text)).toEqual(config);
        expect(resolvedConfigYaml(await load(text))).toBe(text);
      }),
      { numRuns: 50 },
    );
  });
});
