import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { Distillation, OptimizerSpec } from "../../src/engines/engine.ts";
import type { NetworkSpec } from "../../src/network/specification.ts";
import { relativeError } from "./support/compare.ts";
import { describeEveryEngine } from "./support/every-engine.ts";
import { initialParameters, inOrder, makeExamples, makeTeacher, weightMasks } from "./support/problems.ts";

/** Made by test/fixtures/pytorch/make.py. */
interface Fixture {
  readonly spec: NetworkSpec;
  readonly optimizer: OptimizerSpec;
  readonly learningRate: number;
  readonly sparsity: number;
  readonly batchSize: number;
  readonly examples: number;
  readonly inputSalt: number;
  /** Against the teacher that makeTeacher makes. */
  readonly distillation?: Omit<Distillation, "teacherOutputs">;
  /** Before each step. */
  readonly losses: readonly number[];
  /** After the last step. */
  readonly parameters: Readonly<Record<string, TensorSample>>;
}

interface TensorSample {
  /** Every stride-th value. */
  readonly samples: readonly number[];
  readonly stride: number;
  /** Over all values. */
  readonly sumOfSquares: number;
}

const folder = path.join(import.meta.dirname, "..", "fixtures", "pytorch");
const fixtures = readdirSync(folder).filter((file) => file.endsWith(".json"));

await describeEveryEngine((makeNetwork, tolerance) => {
  test.each(fixtures)("follows PyTorch over 20 steps: %s", async (file) => {
    const fixture = JSON.parse(readFileSync(path.join(folder, file), "utf8")) as Fixture;
    const { spec, batchSize, learningRate } = fixture;
    const network = await makeNetwork(spec, fixture.optimizer);
    await network.writeParameters(initialParameters(spec));
    if (fixture.sparsity > 0) await network.setMasks(weightMasks(spec, fixture.sparsity));

    const examples = makeExamples(spec, fixture.examples, fixture.inputSalt);
    const order = inOrder(fixture.examples);
    const distillation = fixture.distillation && {
      ...fixture.distillation,
      teacherOutputs: makeTeacher(spec, examples),
    };
    const losses: number[] = [];
    for (let start = 0; start < order.length; start += batchSize) {
      const batch = order.subarray(start, start + batchSize);
      const options = { batchSize, learningRate, distillation };
      losses.push((await network.train(examples, batch, options)).loss);
    }
    expect(losses).toHaveLength(20);
    expect(relativeError(losses, fixture.losses)).toBeLessThanOrEqual(tolerance);

    const trained = await network.readParameters();
    expect([...trained.keys()]).toEqual(Object.keys(fixture.parameters));
    for (const [name, { samples, stride, sumOfSquares }] of Object.entries(fixture.parameters)) {
      const values = trained.get(name) ?? new Float32Array();
      const sampled = values.filter((_, index) => index % stride === 0);
      expect(relativeError(sampled, samples), name).toBeLessThanOrEqual(tolerance);
      const sum = values.reduce((total, value) => total + value * value, 0);
      expect(Math.abs(sum / sumOfSquares - 1), `${name}, all values`).toBeLessThanOrEqual(tolerance);
    }
  });
});
