import { describe, expect, test } from "vitest";
import { classAccuracy } from "../../src/charts/class-accuracy.ts";
import { corruptionsBySeverity } from "../../src/charts/corruptions.ts";
import { reliability } from "../../src/charts/reliability.ts";
import { everyChartStudy, exampleStudy } from "../support/example-study.ts";

type Row = Readonly<Record<string, number | string>>;
const study = everyChartStudy();
const valuesOf = (spec: unknown) =>
  (spec as { readonly data: { readonly values: readonly Row[] } }).data.values;

test("there is none without what evaluate measures", () => {
  for (const draw of [classAccuracy, reliability, corruptionsBySeverity])
    expect(draw(exampleStudy())).toBeUndefined();
});

test("a class shows its change from the dense network, in points, over the seeds", () => {
  const cells = valuesOf(classAccuracy(study));
  expect(cells).toHaveLength(2 * 3 * 2);
  const cell = cells.find(
    (one) => one.method === "global-magnitude" && one.sparsity === "99%" && one.class === 1,
  );
  // The example study loses .3 * .99 ** 80 of each class.
  expect(cell?.change).toBeCloseTo(-100 * 0.3 * 0.99 ** 80, 6);
  expect(cells.every(({ text }) => text !== "-0.0")).toBe(true);
});

describe("the reliability diagram", () => {
  test("pools the examples of all seeds", () => {
    const points = valuesOf(reliability(study));
    const point = points.find(
      (one) => one.method === "l1-unstructured" && one.sparsity === 0 && one.bin === 15,
    );
    expect(point).toMatchObject({ share: 0.5, confidence: 1 });
    expect(point?.accuracy).toBeCloseTo(0.978, 10);
  });

  test("weighs a seed by its examples, and leaves out a bin with almost none", () => {
    const [first] = study.evaluation.calibration;
    if (first === undefined) throw new Error("no bins");
    const bin = (changes: object) => ({ ...first, ...changes });
    const calibration = [
      bin({ bin: 15, examples: 3000, accuracy: 1, confidence: 0.95 }),
      bin({ bin: 15, seed: 1, examples: 1000, accuracy: 0.8, confidence: 0.99 }),
      bin({ bin: 7, examples: 2, accuracy: 0, confidence: 0.45 }),
    ];
    const points = valuesOf(reliability({ ...study, evaluation: { ...study.evaluation, calibration } }));
    expect(points).toHaveLength(1);
    expect(points[0]?.accuracy).toBeCloseTo(0.95, 12);
    expect(points[0]?.confidence).toBeCloseTo(0.96, 12);
  });
});

test("damaged images stand behind the test set as it is", () => {
  const points = valuesOf(corruptionsBySeverity(study));
  const own = points.filter((one) => one.method === "l1-unstructured" && one.sparsity === 0.9);
  expect(own.map(({ severity }) => severity).sort()).toEqual([0, 1, 2]);
});
