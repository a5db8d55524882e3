import { describe, expect, it } from "vitest";
import { accuracy } from "../../../src/metrics/accuracy.ts";
import { controlSentences } from "../../../src/results/report/controls.ts";
import { findings } from "../../../src/results/report/findings.ts";
import { resultRow } from "../../support/result-rows.ts";

const seeds = [0, 1, 2, 3];

/** Rows of a method or of a control, at an accuracy that the seeds shift alike, and each a little by itself. */
const rowsOf = (method: string, mean: number, values: object = {}, sparsity = 0.95) =>
  seeds.map((seed) =>
    resultRow({
      method,
      seed,
      target_sparsity: sparsity,
      accuracy: mean + 0.002 * seed + ((seed * (method.length % 7)) % 3) * 0.0005,
      control: "none",
      control_of: null,
      ...values,
    }),
  );
const control = (name: string, of: string) => ({ control: name, control_of: of });

describe("sentences on controls", () => {
  it("say by how much a method is above one, and what that shows", () => {
    const rows = [
      ...rowsOf("mine", 0.97),
      ...rowsOf("mine-shuffled", 0.95, control("shuffled", "mine")),
      ...rowsOf("mine-inverted", 0.99, control("inverted", "mine")),
    ];
    expect(controlSentences(rows, accuracy)).toEqual([
      expect.stringMatching(
        /^mine is [12]\.\d ± \d\.\d points above its mask shuffled within layers at 95% pruned: which weights are kept matters, beyond how many a layer\.$/,
      ),
      expect.stringMatching(
        /^mine is [12]\.\d ± \d\.\d points below its own scores inverted within layers at 95% pruned: the weights that it takes are the ones to keep\.$/,
      ),
    ]);
  });

  it("name the methods together of which a control shows the same", () => {
    const rows = ["one", "other"].flatMap((method) => [
      ...rowsOf(method, 0.97),
      ...rowsOf(`${method}-shuffled`, 0.9, control("shuffled", method)),
    ]);
    expect(controlSentences(rows, accuracy)).toEqual([
      expect.stringMatching(
        /^one is \S+ ± \S+ points and other \S+ ± \S+ points, each above its mask shuffled within layers at 95% pruned: /,
      ),
    ]);
  });

  it("conclude nothing from what the seeds do not tell apart", () => {
    const rows = [...rowsOf("mine", 0.97), ...rowsOf("mine-shuffled", 0.97, control("shuffled", "mine"))];
    expect(controlSentences(rows, accuracy)).toEqual([
      expect.stringMatching(
        /^mine \(-?0\.\d ± 0\.\d points\) is not told apart from its mask shuffled within layers at 95% pruned: which weights are kept is not shown to matter, beyond how many a layer\.$/,
      ),
    ]);
  });

  it("are about the largest sparsity at which the method never collapses", () => {
    const rows = [0.5, 0.95, 0.99].flatMap((sparsity) => [
      ...rowsOf("mine", 0.97, sparsity === 0.99 ? { status: "collapsed" } : {}, sparsity),
      ...rowsOf("mine-shuffled", 0.9, control("shuffled", "mine"), sparsity),
    ]);
    expect(controlSentences(rows, accuracy).join()).toMatch(/ at 95% pruned/);
  });

  it("compare every method with the networks beside them", () => {
    const rows = [
      ...rowsOf("mine", 0.97),
      ...rowsOf("narrower-parameters", 0.9, {
        allocation: "constructed",
        criterion: "narrower(match=parameters)",
      }),
    ];
    expect(controlSentences(rows, accuracy)).toEqual([
      expect.stringMatching(/^mine is .* above a dense network of as many parameters at 95% pruned: /),
    ]);
  });

  it("say nothing from one seed, of a control without its method, and without controls", () => {
    const rows = [...rowsOf("mine", 0.97), ...rowsOf("mine-shuffled", 0.9, control("shuffled", "mine"))];
    expect(
      controlSentences(
        rows.filter(({ seed }) => seed === 0),
        accuracy,
      ),
    ).toEqual([]);
    expect(controlSentences(rowsOf("mine-shuffled", 0.9, { control: "shuffled" }), accuracy)).toEqual([]);
    expect(controlSentences(rowsOf("mine", 0.97), accuracy)).toEqual([]);
  });
});

it("the findings say nothing else of controls", () => {
  const rows = [
    ...rowsOf("mine", 0.978, {}, 0),
    ...rowsOf("mine", 0.97),
    ...rowsOf("mine-shuffled", 0.978, control("shuffled", "mine"), 0),
    ...rowsOf("mine-shuffled", 0.5, control("shuffled", "mine")),
  ];
  const sentences = findings(rows);
  expect(sentences.filter((sentence) => sentence.includes("its mask shuffled"))).toHaveLength(1);
  expect(sentences.join(" ")).not.toContain("mine-shuffled");
});
