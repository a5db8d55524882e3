import { describe, expect, it } from "vitest";
import type { ExampleSet } from "../../../src/engines/examples.ts";
import { spoiltExamples } from "../../../src/experiment/pruning/spoilt-examples.ts";
import { randomStream } from "../../../src/foundations/random.ts";

const size = 6;
const examples: ExampleSet = {
  count: 5,
  shape: [1, 2, 3],
  inputs: {
    kind: "bytes",
    values: Uint8Array.from({ length: 5 * size }, (_, i) => i),
    scale: 0.5,
    offset: -1,
  },
  targets: { kind: "classes", labels: Uint8Array.of(0, 1, 2, 3, 4), classes: 5 },
};
const rows = ({ inputs }: ExampleSet) =>
  Array.from({ length: 5 }, (_, i) => [...inputs.values.slice(i * size, (i + 1) * size)]);
const sorted = (values: Iterable<number>) => [...values].sort((a, b) => a - b);

describe("spoilt examples", () => {
  const drawn = Uint32Array.of(3, 0, 4);
  const spoilt = spoiltExamples(examples, drawn, randomStream(0, "test"));

  it("have the inputs of each example drawn in an order of its own", () => {
    const [before, after] = [rows(examples), rows(spoilt)];
    for (const i of drawn) {
      expect(after[i]).not.toEqual(before[i]);
      expect(sorted(after[i] ?? [])).toEqual(before[i]);
    }
    const orderOf = (i: number) => after[i]?.map((value) => value - i * size);
    expect(orderOf(3)).not.toEqual(orderOf(0));
    for (const i of [1, 2]) expect(after[i]).toEqual(before[i]);
  });

  it("have their targets dealt out among themselves", () => {
    if (spoilt.targets.kind !== "classes") throw new Error("no classes");
    const { labels } = spoilt.targets;
    expect(labels[1]).toBe(1);
    expect(labels[2]).toBe(2);
    expect(sorted([...drawn].map((i) => labels[i] ?? -1))).toEqual([0, 3, 4]);
  });

  it("keep the ends of a text, and shuffle what is between them", () => {
    const starts = Uint32Array.of(0, 2, 3, 12, 18, 18);
    const values = Uint16Array.from({ length: 18 }, (_, i) => i);
    const texts: ExampleSet = {
      ...examples,
      shape: [9],
      inputs: { kind: "tokens", values, starts, vocabulary: 18 },
    };
    const { inputs } = spoiltExamples(texts, Uint32Array.of(0, 1, 2, 3, 4), randomStream(0, "test"));
    const textOf = (i: number) => [...inputs.values.subarray(starts[i], starts[i + 1])];
    for (const i of [0, 1, 4]) expect(textOf(i)).toEqual([...values.subarray(starts[i], starts[i + 1])]);
    for (const [i, first, last] of [
      [2, 3, 11],
      [3, 12, 17],
    ] as const) {
      expect([textOf(i)[0], textOf(i).at(-1)]).toEqual([first, last]);
      expect(sorted(textOf(i))).toEqual([...values.subarray(first, last + 1)]);
      expect(textOf(i)).not.toEqual(sorted(textOf(i)));
    }
  });

  it("leave the examples as they are", () => {
    expect(sorted(examples.inputs.values)).toEqual([...examples.inputs.values]);
  });

  it("deal out all values of a target together", () => {
    const targets = {
      kind: "values",
      values: Float32Array.of(0, 1, 10, 11, 20, 21, 30, 31, 40, 41),
      width: 2,
    } as const;
    const all = Uint32Array.of(0, 1, 2, 3, 4);
    const { targets: dealt } = spoiltExamples({ ...examples, targets }, all, randomStream(1, "test"));
    if (dealt.kind !== "values") throw new Error("no values");
    const pairs = Array.from({ length: 5 }, (_, i) => [
      dealt.values[2 * i] ?? 0,
      dealt.values[2 * i + 1] ?? 0,
    ]);
    for (const [first = 0, second] of pairs) expect(second).toBe(first + 1);
    expect(sorted(pairs.map(([first = 0]) => first))).toEqual([0, 10, 20, 30, 40]);
    expect([...dealt.values]).not.toEqual([...targets.values]);
  });
});
