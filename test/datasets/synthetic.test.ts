import { describe, expect, test } from "vitest";
import { datasetSchema, loadDataset } from "../../src/datasets/registry.ts";
import { rules } from "../../src/datasets/synthetic/rules.ts";
import type { ExampleSet } from "../../src/engines/examples.ts";
import { sha256 } from "../../src/foundations/hash.ts";
import { recordingContext } from "./fixtures.ts";

function load(targets: object, options: object = {}, context = recordingContext()) {
  return loadDataset(datasetSchema().parse({ name: "synthetic", targets, ...options }), context);
}

const inputsOf = ({ inputs }: ExampleSet) => inputs.values as Float32Array;

function targetsOf({ targets }: ExampleSet): Float32Array {
  if (targets.kind !== "values") throw new Error("expected values");
  return targets.values;
}

const mean = (values: ArrayLike<number>) =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
const variance = (values: ArrayLike<number>) =>
  mean(Array.from(values, (value) => value * value)) - mean(values) ** 2;

/** Of the training examples: their bytes, which no count of another part moves. */
const digest = (set: ExampleSet) =>
  sha256(
    Buffer.concat([Buffer.from(inputsOf(set).slice().buffer), Buffer.from(targetsOf(set).slice().buffer)]),
  );

// A change here changes data that others have published figures of.
const PINNED: Readonly<Record<string, string>> = {
  noise: "08f67a1ebdfeb5c090463bf2db44e10b3100377fd73ee8c010b16423abefad70",
  linear: "5014024bedfb9059eb0803847f4ab32f908d428a397f6ed7c1c9ce1408ecc8c7",
  teacher: "2cdda549860d7d4596e1a101e12a3fe37a929f280a24cfa55be9cbe198fb524f",
  friedman1: "a2e90e0c1ae292510b13460fb7d940ef62b90bea15ef5ecdf92cce2c48105b7e",
  friedman2: "ef7404595484d4f92d6af8a6219225a71cb8c8d7cac1f8ff48f19e0d4f8acbb4",
  friedman3: "80f78bfa4c1fc279bef95a967b1ff3fcb800ddaa3dbc8330d59f05e10cb382ee",
};

describe.each(rules.map(({ name }) => name))("%s", (name) => {
  test("is the same for good, whatever other parts have", async () => {
    const { train, checksum, name: ownName } = await load({ name }, { seed: 42 });
    expect(ownName).toBe(`synthetic-${name}`);
    expect(digest(train)).toBe(PINNED[name]);
    const other = await load({ name }, { seed: 42, validation: 7, test: 3 });
    expect(digest(other.train)).toBe(PINNED[name]);
    expect(other.checksum).not.toBe(checksum);
    const longer = await load({ name }, { seed: 42, train: 600 });
    expect(inputsOf(longer.train).subarray(0, inputsOf(train).length)).toEqual(inputsOf(train));
    expect(targetsOf(longer.train).subarray(0, targetsOf(train).length)).toEqual(targetsOf(train));
  });

  test("has parts that share no example, and others for another seed", async () => {
    const sizes = { train: 20, validation: 20, test: 20 };
    const { train, validation, test: tested } = await load({ name }, sizes);
    const other = await load({ name }, { ...sizes, seed: 1 });
    const parts = [train, validation, tested, other.train].map((part) => inputsOf(part)[0]);
    expect(new Set(parts).size).toBe(4);
  });

  test("can be tested on what it is trained on, which the name and a notice say", async () => {
    const context = recordingContext();
    const dataset = await load({ name }, { test: "train", train: 30 }, context);
    expect(dataset.name).toBe(`synthetic-${name}-train`);
    expect(digest(dataset.test)).toBe(digest(dataset.train));
    expect(context.notices).toEqual([
      expect.stringContaining("all figures are of the 30 examples that the networks were trained on"),
    ]);
    const labeled = await load({ name }, { test: "train", train: 30, label: "mine" });
    expect(labeled.name).toBe("mine-train");
  });
});

describe("targets", () => {
  test("of noise are standard normal, as inputs are, and independent of them", async () => {
    const { train } = await load({ name: "noise" }, { inputs: 1, outputs: 1, train: 20_000 });
    const [inputs, targets] = [inputsOf(train), targetsOf(train)];
    // Within 4 deviations of the mean, the variance and the covariance of so many.
    for (const values of [inputs, targets]) {
      expect(Math.abs(mean(values))).toBeLessThan(4 / Math.sqrt(20_000));
      expect(Math.abs(variance(values) - 1)).toBeLessThan(4 * Math.sqrt(2 / 20_000));
    }
    expect(Math.abs(mean(inputs.map((value, i) => value * (targets[i] as number))))).toBeLessThan(
      4 / Math.sqrt(20_000),
    );
  });

  test("of a linear map without noise are its weights times the inputs", async () => {
    const { train } = await load({ name: "linear", noise: 0 }, { inputs: 1, outputs: 2, train: 5 });
    const [inputs, targets] = [inputsOf(train), targetsOf(train)];
    const slopes = Array.from(targets, (target, i) => target / (inputs[Math.floor(i / 2)] as number));
    for (const [i, slope] of slopes.entries()) expect(slope).toBeCloseTo(slopes[i % 2] as number, 5);
    expect(slopes[0]).not.toBeCloseTo(slopes[1] as number, 1);
  });

  test("get noise of the deviation asked for, and nothing else moves", async () => {
    const sizes = { outputs: 1, train: 20_000, inputs: 3 };
    const [clean, noisy] = [
      await load({ name: "linear", noise: 0 }, sizes),
      await load({ name: "linear", noise: 0.5 }, sizes),
    ];
    expect(inputsOf(noisy.train)).toEqual(inputsOf(clean.train));
    const noise = targetsOf(noisy.train).map((value, i) => value - (targetsOf(clean.train)[i] as number));
    expect(Math.abs(variance(noise) - 0.25)).toBeLessThan(4 * 0.25 * Math.sqrt(2 / 20_000));
  });

  test("of a teacher are bounded by its output weights, however large the inputs", async () => {
    for (const activation of ["tanh", "sigmoid"]) {
      const { train } = await load(
        { name: "teacher", hidden: 1, activation, noise: 0 },
        { outputs: 1, inputs: 1, train: 2000 },
      );
      const [lowest, highest] = [Math.min(...targetsOf(train)), Math.max(...targetsOf(train))];
      if (activation === "sigmoid") expect(Math.abs(Math.sign(lowest) + Math.sign(highest))).toBe(2);
      else expect(lowest).toBeCloseTo(-highest, 0);
    }
  });

  test("of Friedman's functions are those of their inputs, which are uniform over their ranges", async () => {
    const functions = {
      friedman1: ([x1, x2, x3, x4, x5]: number[]) =>
        10 * Math.sin(Math.PI * (x1 ?? 0) * (x2 ?? 0)) +
        20 * ((x3 ?? 0) - 0.5) ** 2 +
        10 * (x4 ?? 0) +
        5 * (x5 ?? 0),
      friedman2: ([x1 = 0, x2 = 0, x3 = 0, x4 = 0]: number[]) => Math.hypot(x1, x2 * x3 - 1 / (x2 * x4)),
      friedman3: ([x1 = 0, x2 = 0, x3 = 0, x4 = 0]: number[]) => Math.atan((x2 * x3 - 1 / (x2 * x4)) / x1),
    };
    const ranges = [
      [0, 100],
      [40 * Math.PI, 560 * Math.PI],
      [0, 1],
      [1, 11],
    ] as const;
    for (const [name, expected] of Object.entries(functions)) {
      const { train } = await load({ name, noise: 0 }, { train: 200 });
      const [width = 0] = train.shape;
      for (let i = 0; i < train.count; i++) {
        const row = Array.from(inputsOf(train).subarray(i * width, (i + 1) * width));
        const value = expected(row);
        // Inputs are rounded to float32 after the function is computed of them.
        expect(Math.abs((targetsOf(train)[i] as number) - value)).toBeLessThan(
          1e-4 * Math.max(1, Math.abs(value)),
        );
        for (const [column, input] of row.entries()) {
          const [least, most] = (name === "friedman1" ? undefined : ranges[column]) ?? [0, 1];
          expect(input).toBeGreaterThanOrEqual(Math.fround(least));
          expect(input).toBeLessThanOrEqual(Math.fround(most));
        }
      }
    }
  });

  test("can be standardized by the training examples", async () => {
    const { train } = await load({ name: "friedman2" }, { standardize: "both" });
    expect(mean(targetsOf(train))).toBeCloseTo(0, 5);
    expect(variance(targetsOf(train))).toBeCloseTo(1, 5);
  });
});

test.each([
  [
    { name: "friedman1" },
    { inputs: 4 },
    "dataset.targets is friedman1, which needs at least 5 inputs and 1 output",
  ],
  [
    { name: "friedman2" },
    { outputs: 2 },
    "needs 4 inputs and 1 output: dataset.inputs is 4, dataset.outputs 2.",
  ],
  [{ name: "noise" }, { train: 10_000_000, inputs: 100 }, "numbers; at most 67108864 are drawn."],
])("%j of sizes %j is refused", async (targets, options, message) => {
  await expect(load(targets, options)).rejects.toMatchObject({
    kind: "input",
    message: expect.stringContaining(message),
  });
});

test("the config has to say which targets", () => {
  expect(datasetSchema().safeParse({ name: "synthetic" }).success).toBe(false);
  expect(datasetSchema().safeParse({ name: "synthetic", targets: { name: "cubic" } }).success).toBe(false);
});
