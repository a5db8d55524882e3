import { describe, expect, it } from "vitest";
import { inputError, PruneLabError } from "../../../src/foundations/errors.ts";
import { compareOutputs } from "../../../src/library/bench/agreement.ts";
import type { BenchSubject } from "../../../src/library/bench/contenders.ts";
import { type Form, formsOf } from "../../../src/library/bench/forms.ts";
import { interleave, quantile } from "../../../src/library/bench/rounds.ts";
import type { BenchForm } from "../../../src/recording/bench-rows.ts";
import type { Checkpoint } from "../../../src/recording/read-checkpoint.ts";

/** Two inputs, three hidden units of which the last is cut off by its mask, one output. */
const checkpoint: Checkpoint = {
  network: {
    inputShape: [2],
    layers: [
      { kind: "dense", name: "fc1", inputs: 2, outputs: 3 },
      { kind: "activation", activation: "relu" },
      { kind: "dense", name: "fc2", inputs: 3, outputs: 1 },
    ],
    loss: "mean-squared-error",
  },
  parameters: new Map([
    ["fc1.weight", Float32Array.of(3, 0, 0, 4, 0, 0)],
    ["fc1.bias", Float32Array.of(1, 2, 0)],
    ["fc2.weight", Float32Array.of(5, 6, 7)],
    ["fc2.bias", Float32Array.of(8)],
  ]),
  masks: new Map([["fc1.weight", Uint8Array.of(1, 0, 0, 1, 0, 0)]]),
  metadata: { run: "tiny" },
};

describe("the forms of a checkpoint", () => {
  const forms = new Map(formsOf(checkpoint).map((form) => [form.name, form]));
  const networkOf = (name: BenchForm) => forms.get(name)?.network;

  it("are four with masks, and one without", () => {
    expect([...forms.keys()]).toEqual(["dense", "masked", "sparse", "shrunk"]);
    const whole = new Map([["fc1.weight", new Uint8Array(6).fill(1)]]);
    const dense = formsOf({ ...checkpoint, masks: whole });
    expect(dense.map(({ name, weights }) => [name, weights])).toEqual([["dense", "own"]]);
    expect(dense[0]?.network.parameters).toEqual(checkpoint.parameters);
  });

  it("dense has a weight in place of each pruned one, of the size of the others, and always the same", () => {
    const values = networkOf("dense")?.parameters.get("fc1.weight") ?? new Float32Array();
    expect([values[0], values[3]]).toEqual([3, 4]);
    const drawn = [1, 2, 4, 5].map((i) => Math.abs(values[i] as number));
    // The root of (9 + 16) / 2 is 3.5: none is 0, none four deviations away.
    for (const value of drawn) expect(value > 0 && value < 4 * 3.54).toBe(true);
    expect(networkOf("dense")?.masks.size).toBe(0);
    expect(formsOf(checkpoint)[0]?.network.parameters).toEqual(networkOf("dense")?.parameters);
  });

  it("masked has its weights and no masks, sparse both, shrunk fewer units", () => {
    expect(networkOf("masked")).toEqual({ ...checkpoint, masks: new Map() });
    expect(networkOf("sparse")).toEqual(checkpoint);
    expect(networkOf("shrunk")?.network.layers[0]).toMatchObject({ inputs: 2, outputs: 2 });
  });

  it("have the sizes of their files, and dense ones are alike before they are compressed", () => {
    const sizes = [...forms.values()].map(({ fileBytes }) => fileBytes);
    expect(sizes[0]).toBe(sizes[1]);
    for (const { fileBytes, gzipBytes } of forms.values()) expect(gzipBytes).toBeLessThan(fileBytes);
  });
});

describe("interleaved rounds", () => {
  it("let another contender begin each one, and give seconds of a call, the first round left out", async () => {
    const turns: string[] = [];
    // A call of b takes twice as long as one of a.
    const contender = (name: string, seconds: number) => ({
      time: async (calls: number) => {
        turns.push(name);
        return seconds * calls;
      },
    });
    const rounds: number[] = [];
    const times = await interleave([contender("a", 0.001), contender("b", 0.002)], {
      rounds: 3,
      seconds: 0,
      onRound: (done) => rounds.push(done),
    });
    expect(turns.slice(-8).join("")).toBe("abbaabba");
    expect(rounds).toEqual([0, 1, 2, 3]);
    expect(times.map((own) => own.map((seconds) => Number(seconds.toPrecision(6))))).toEqual([
      [0.001, 0.001, 0.001],
      [0.002, 0.002, 0.002],
    ]);
  });

  it("have turns of so many calls that each fills its part of the time", async () => {
    const calls: number[] = [];
    const time = async (count: number) => {
      calls.push(count);
      return 0.001 * count;
    };
    await interleave([{ time }], { rounds: 9, seconds: 1 });
    expect(calls.at(-1)).toBe(100);
    calls.length = 0;
    await interleave([{ time }], { rounds: 9, seconds: 0 });
    // Never below 5 ms.
    expect(calls.at(-1)).toBe(5);
  });

  it("are summed up by quantiles as NumPy's", () => {
    expect([0, 0.25, 0.5, 0.75, 1].map((at) => quantile([4, 1, 2, 10], at))).toEqual([1, 1.75, 3, 5.5, 10]);
    expect(quantile([7], 0.25)).toBe(7);
  });
});

describe("comparing what is measured", () => {
  const subject = (engine: string, name: BenchForm, outputs: number[]): BenchSubject => ({
    engine,
    form: { name, weights: name === "dense" ? "filled" : "own" } as Form,
    outputs: async (batch) => Float32Array.from(outputs.slice(0, batch)),
    time: async () => 0,
  });
  const compare = (subjects: BenchSubject[]) => compareOutputs("x.safetensors", subjects, [1, 2]);

  it("gives the greatest difference as a part of the greatest output, of each kind of weights alone", async () => {
    const difference = await compare([
      subject("a", "dense", [7, 8]),
      subject("a", "sparse", [1, 100]),
      subject("a", "shrunk", [1, 100.001]),
      subject("b", "dense", [7, 8]),
    ]);
    expect(difference).toBeCloseTo(1e-5, 7);
  });

  it("fails for a form that computes something else", async () => {
    const wrong = compare([subject("a", "sparse", [1, 2]), subject("b", "shrunk", [1, 2.1])]);
    await expect(wrong).rejects.toThrow(
      "x.safetensors: shrunk on b does not compute what sparse on a does: their outputs differ by 0.0500 of the largest.",
    );
    await expect(wrong).rejects.toMatchObject({ kind: "failure" });
    await expect(compare([subject("a", "sparse", [1, 2]), subject("b", "shrunk", [1])])).rejects.toThrow(
      "Infinity",
    );
  });

  it("refuses a network that has diverged", async () => {
    const diverged = compare([subject("a", "sparse", [Number.NaN])]);
    await expect(diverged).rejects.toThrow(PruneLabError);
    await expect(diverged).rejects.toMatchObject(
      inputError("x.safetensors: the network has diverged: its outputs are not numbers."),
    );
  });
});
