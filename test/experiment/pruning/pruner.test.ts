import { describe, expect, it } from "vitest";
import * as z from "zod";
import type { ExampleSet } from "../../../src/engines/examples.ts";
import { openEngine } from "../../../src/engines/registry.ts";
import { withEvidence } from "../../../src/experiment/pruning/evidence.ts";
import { Pruner } from "../../../src/experiment/pruning/pruner.ts";
import type { RunEnvironment } from "../../../src/experiment/runs/run.ts";
import { PruneLabError } from "../../../src/foundations/errors.ts";
import { randomStream } from "../../../src/foundations/random.ts";
import { initialParameters } from "../../../src/models/initializers.ts";
import { countKept, type Masks } from "../../../src/network/mask.ts";
import { type Parameters, parameterSpecs } from "../../../src/network/parameters.ts";
import type { NetworkSpec } from "../../../src/network/specification.ts";
import { criteria } from "../../../src/pruning/criteria/registry.ts";
import { defineCriterion, scoreEach } from "../../../src/pruning/criterion.ts";
import { measureNetwork } from "../../../src/pruning/measure.ts";
import { schedules } from "../../../src/pruning/schedules/registry.ts";

// 6-5-3, ReLU: 30 and 15 weights.
const spec: NetworkSpec = {
  inputShape: [6],
  layers: [
    { kind: "dense", name: "fc1", inputs: 6, outputs: 5 },
    { kind: "activation", activation: "relu" },
    { kind: "dense", name: "fc2", inputs: 5, outputs: 3 },
  ],
  loss: "softmax-cross-entropy",
};
const tensors = parameterSpecs(spec).filter(({ role }) => role === "weight");
const weights = initialParameters(spec, { name: "pytorch" }, 1);

function examples(count: number): ExampleSet {
  const stream = randomStream(0, "test examples");
  return {
    count,
    shape: [6],
    inputs: { kind: "floats", values: Float32Array.from({ length: 6 * count }, () => stream.normal()) },
    targets: { kind: "classes", labels: Uint8Array.from({ length: count }, (_, i) => i % 3), classes: 3 },
  };
}

const train = examples(40);
const engine = await openEngine("reference", () => {});
const environment: RunEnvironment = {
  engine,
  dataset: { name: "test", checksum: "test", sources: [], train, validation: examples(0), test: examples(3) },
  settings: {
    network: spec,
    initializer: { name: "pytorch" },
    train: {
      epochs: 1,
      batchSize: 8,
      optimizer: { name: "sgd", learningRate: 0.1, momentum: 0, weightDecay: 0 },
      schedule: { name: "constant" },
    },
    finetune: null,
    prunable: tensors.map(({ name }) => name),
  },
  onStep: () => {},
};

const plainSgd = { name: "sgd", momentum: 0, weightDecay: 0 } as const;

async function networkWith(masks: Masks = new Map()) {
  const network = await engine.createNetwork(spec, plainSgd);
  await network.setMasks(masks);
  await network.writeParameters(weights);
  return network;
}

const subject = (seed = 0, of: Parameters = weights) => ({ weights: of, seed, environment });

describe("evidence", () => {
  it("of all training examples is the gradient of the mean loss, of pruned weights too", async () => {
    const masks = new Map([["fc1.weight", Uint8Array.from({ length: 30 }, (_, i) => i % 2)]]);
    const everything = Uint32Array.from({ length: 40 }, (_, i) => i);
    const network = await networkWith(masks);
    const expected = await network.gradients(train, everything, { masked: false });
    const pruned = await network.readParameters();
    const needs = { gradients: { of: "loss", examples: 1000 } } as const;
    await withEvidence(needs, subject(0, pruned), async ({ gradients }) => {
      for (const { name } of tensors) {
        for (const [i, value] of (gradients?.get(name) ?? []).entries()) {
          expect(value).toBeCloseTo(expected.get(name)?.[i] ?? Number.NaN, 6);
        }
        expect(gradients?.get(name)?.some((value) => value !== 0)).toBe(true);
      }
    });
  });

  it("of single examples averages to that of all of them", async () => {
    const needs = { gradients: { of: "loss", examples: 10 }, exampleGradients: { examples: 10 } } as const;
    await withEvidence(needs, subject(), async ({ gradients, exampleGradients }) => {
      let count = 0;
      const sums = new Float64Array(30);
      for await (const each of exampleGradients ?? []) {
        count++;
        for (const [i, value] of (each.get("fc1.weight") ?? []).entries()) sums[i] = (sums[i] ?? 0) + value;
      }
      expect(count).toBe(10);
      for (const [i, sum] of sums.entries()) {
        expect(sum / 10).toBeCloseTo(gradients?.get("fc1.weight")?.[i] ?? Number.NaN, 6);
      }
    });
  });

  it("looks at the same examples whoever asks, and at others for another seed", async () => {
    const asked = (seed: number) =>
      withEvidence({ activationNorms: { examples: 5 } }, subject(seed), async ({ activationNorms }) => [
        ...(activationNorms?.get("fc1.weight") ?? []),
      ]);
    expect(await asked(0)).toEqual(await asked(0));
    expect(await asked(0)).not.toEqual(await asked(1));
    expect(await asked(0)).toHaveLength(6);
  });

  it("gives biases the norm of the ones that they are multiplied by, over the examples that there are", async () => {
    const needs = { activationNorms: { examples: 1000 } };
    await withEvidence(needs, subject(), async ({ activationNorms }) => {
      expect(activationNorms?.get("fc1.bias")).toEqual(Float32Array.of(Math.sqrt(40)));
    });
  });

  it("of the flow multiplies absolute weights along paths", async () => {
    // d(sum of outputs)/d fc1[j][i] = sum over outputs of |fc2[o][j]|, for an input of ones; every hidden unit is above 0.
    await withEvidence({ gradients: { of: "flow" } }, subject(), async ({ gradients }) => {
      const fc2 = weights.get("fc2.weight") ?? new Float32Array();
      for (const [i, value] of (gradients?.get("fc1.weight") ?? []).entries()) {
        const unit = Math.floor(i / 6);
        const out = [0, 1, 2].reduce((sum, o) => sum + Math.abs(fc2[o * 5 + unit] as number), 0);
        expect(value).toBeCloseTo(out, 5);
      }
    });
  });

  // Five layers of 20: a flow with the biases in it loses the first of them.
  it("of the flow lets SynFlow keep a path through many layers, with hardly more weights than layers", async () => {
    const widths = [6, 20, 20, 20, 20, 3];
    const deep: NetworkSpec = {
      ...spec,
      layers: widths
        .slice(1)
        .flatMap((outputs, i) => [
          { kind: "dense" as const, name: `fc${i + 1}`, inputs: widths[i] as number, outputs },
          ...(i < widths.length - 2 ? [{ kind: "activation" as const, activation: "relu" as const }] : []),
        ]),
    };
    const tensors = parameterSpecs(deep).filter(({ role }) => role === "weight");
    const criterion = { name: "synflow", ...criteria.named("synflow").options.parse({}) };
    const pruner = new Pruner(
      { method: method(criterion), seed: 0, tensors, masks: new Map(), before: 0 },
      { ...environment, settings: { ...environment.settings, network: deep } },
    );
    const weights = initialParameters(deep, { name: "pytorch" }, 0);
    await pruner.prune(weights, 0.99);
    expect(measureNetwork(deep, pruner.masks, tensors).collapsed).toBe(false);
  });

  it("gives nothing that was not asked for, and needs no engine for initial weights", async () => {
    const none = { ...subject(), environment: { ...environment, engine: undefined as never } };
    const found = await withEvidence({ initialWeights: true }, none, async (gathered) => gathered);
    expect(Object.keys(found)).toEqual(["initialWeights"]);
    expect(found.initialWeights).toEqual(initialParameters(spec, { name: "pytorch" }, 0));
  });
});

const method = (criterion: object & { name: string }, allocation = "global") => ({
  name: "m",
  summary: "",
  criterion: { ...criterion },
  allocation: { name: allocation },
  structure: { name: "weight" },
  schedule: { name: "one-shot" },
});
const prunerFor = (criterion: object & { name: string }, changes: { before?: number; masks?: Masks } = {}) =>
  new Pruner(
    { method: method(criterion), seed: 0, tensors, masks: new Map(), before: 0, ...changes },
    environment,
  );
const keptIn = (masks: Masks) => [...masks.values()].reduce((sum, mask) => sum + countKept(mask), 0);

/** Options of every criterion with their defaults, and few examples. */
const chosen = criteria.list().map(({ name, options }) => {
  const defaults = options.parse({}) as object;
  return { name, ...defaults, ...("examples" in defaults ? { examples: 20 } : {}) };
});

describe.each(chosen)("pruning by $name", (criterion) => {
  it("reaches the exact sparsity, in one go and further and further", async () => {
    const once = prunerFor(criterion);
    await once.prune(weights, 0.6);
    expect(keptIn(once.masks)).toBe(45 - 27);
    await once.prune(weights, 0.8);
    expect(keptIn(once.masks)).toBe(45 - 36);
    const again = prunerFor(criterion, { before: 0.8, masks: once.masks });
    await again.prune(weights, 0.9);
    expect(keptIn(again.masks)).toBe(45 - 40);
    for (const [name, mask] of once.masks) {
      expect(again.masks.get(name)?.every((kept, i) => kept <= (mask[i] as number))).toBe(true);
    }
  });

  it("reaches an effective sparsity, further and further, and brings nothing back", async () => {
    const pruner = new Pruner(
      {
        method: { ...method(criterion), target: "effective" },
        ...{ seed: 0, tensors, masks: new Map(), before: 0 },
      },
      environment,
    );
    const dead = () =>
      Math.round((measureNetwork(spec, pruner.masks, tensors).effectiveSparsity ?? Number.NaN) * 45);
    for (const target of [0, 0.4, 0.8, 0.9]) {
      const before = pruner.masks;
      await pruner.prune(weights, target);
      expect(dead()).toBeLessThanOrEqual(Math.round(target * 45));
      for (const [name, mask] of pruner.masks) {
        expect(mask.every((kept, i) => kept <= (before.get(name)?.[i] ?? 1))).toBe(true);
      }
    }
    // The last unit that may go cuts off no more than the 5 inputs of an output and the 6 of a hidden unit.
    expect(dead()).toBeGreaterThan(0.9 * 45 - 12);
    await pruner.prune(weights, 1);
    expect(keptIn(pruner.masks)).toBe(0);
  });

  it("gives the same masks for the same seed", async () => {
    const [one, other] = [prunerFor(criterion), prunerFor(criterion)];
    await one.prune(weights, 0.5);
    await other.prune(weights, 0.5);
    expect(one.masks).toEqual(other.masks);
  });
});

describe("rounds", () => {
  it("score again after each, by what is left", async () => {
    const seen: number[] = [];
    criteria.add(
      defineCriterion({
        name: "rounds-of-a-test",
        summary: "Magnitude, in four rounds.",
        options: z.strictObject({}),
        rounds: () => 4,
        scores: (evidence) => {
          seen.push(
            [...evidence.weights.values()].reduce(
              (sum, tensor) => sum + tensor.filter((v) => v === 0).length,
              0,
            ),
          );
          return scoreEach(evidence, (values) => values.map(Math.abs));
        },
      }),
      "a test",
    );
    const pruner = prunerFor({ name: "rounds-of-a-test" });
    await pruner.prune(weights, 0.9375);
    // Half of what is left each time: 45, 22.5, 11.25, 5.625 weights are left before the rounds.
    expect(seen).toEqual([0, 22, 34, 39]);
    expect(keptIn(pruner.masks)).toBe(3);
  });
});

describe("the course of a training", () => {
  // The first input is 0 in all examples.
  const dark = examples(40);
  const { values } = dark.inputs as { values: Float32Array };
  for (let i = 0; i < values.length; i += 6) values[i] = 0;
  const darkened = { ...environment, dataset: { ...environment.dataset, train: dark } };
  const scheduled = (schedule: string, options: object = {}) => ({
    ...method({ name: "random" }),
    schedule: { ...schedules.named(schedule).options.parse(options), name: schedule },
  });
  const prunerBy = (schedule: string, seed = 0, options: object = {}) =>
    new Pruner(
      { method: scheduled(schedule, options), seed, tensors, masks: new Map(), before: 0 },
      darkened,
    );
  const columnOf = (masks: Masks, column: number) =>
    [0, 1, 2, 3, 4].map((row) => masks.get("fc1.weight")?.[6 * row + column]);
  const byChance = { drop: 0.5, grow: { by: "chance" }, spread: "own" } as const;
  const byGradient = { drop: 0.5, grow: { by: "gradient", examples: 40 }, spread: "own" } as const;

  it.each([byChance, byGradient, { ...byGradient, spread: "by gradient" as const }])(
    "regrows %j to the exact budget; what is new starts at 0, what stays goes on",
    async (regrowth) => {
      const pruner = prunerBy("rigl");
      const network = await networkWith();
      await pruner.pruneNow(network, 0.6);
      const before = { masks: pruner.masks, weights: await network.readParameters() };
      await pruner.change(network, { step: 10, regrowth });
      const after = await network.readParameters();
      expect(keptIn(pruner.masks)).toBe(18);
      let grown = 0;
      for (const [name, mask] of pruner.masks) {
        for (const [i, kept] of mask.entries()) {
          const had = before.masks.get(name)?.[i] === 1;
          if (kept === 1 && !had) grown++;
          expect(after.get(name)?.[i]).toBe(kept === 1 && had ? before.weights.get(name)?.[i] : 0);
        }
      }
      expect(grown).toBeGreaterThan(0);
    },
  );

  it("regrows at chance by seed and step", async () => {
    const grown = async (seed: number, step: number) => {
      const pruner = prunerBy("set", seed);
      // The same masks for every seed.
      pruner.masks = prunerFor({ name: "magnitude" }).masks;
      await pruner.prune(weights, 0);
      pruner.masks = new Map(
        tensors.map(({ name, size }) => [name, Uint8Array.from({ length: size }, (_, i) => i % 2)]),
      );
      await pruner.change(await networkWith(pruner.masks), { step, regrowth: byChance });
      return [...pruner.masks.values()].map((mask) => mask.join(""));
    };
    expect(await grown(0, 10)).toEqual(await grown(0, 10));
    expect(await grown(0, 10)).not.toEqual(await grown(0, 20));
    expect(await grown(0, 10)).not.toEqual(await grown(1, 10));
  });

  it("grows the largest gradients of what is missing", async () => {
    const pruner = prunerBy("rigl");
    const network = await networkWith();
    await pruner.pruneNow(network, 0.6);
    const before = pruner.masks;
    const everything = Uint32Array.from({ length: 40 }, (_, i) => i);
    const gradients = await network.gradients(dark, everything, { masked: false });
    await pruner.change(network, { step: 10, regrowth: byGradient });
    for (const { name } of tensors) {
      const size = (i: number) => Math.abs(gradients.get(name)?.[i] ?? Number.NaN);
      const missing = [...(before.get(name) ?? [])].flatMap((kept, i) => (kept === 0 ? [i] : []));
      const grown = missing.filter((i) => pruner.masks.get(name)?.[i] === 1);
      const left = missing.filter((i) => pruner.masks.get(name)?.[i] === 0);
      // Some of those that grow were kept before; of the others the largest grow.
      expect(Math.min(...grown.map(size))).toBeGreaterThanOrEqual(Math.max(...left.map(size)));
    }
  });

  it.each(["rigl", "set", "sparse-momentum"])("%s gives inputs that are always 0 no weight", async (name) => {
    const pruner = prunerBy(name);
    const network = await networkWith();
    await pruner.pruneNow(network, 0.6);
    expect(columnOf(pruner.masks, 0)).toEqual([0, 0, 0, 0, 0]);
    await pruner.change(network, { step: 10, regrowth: { ...byChance, drop: 1 } });
    expect(columnOf(pruner.masks, 0)).toEqual([0, 0, 0, 0, 0]);
    expect(keptIn(pruner.masks)).toBe(18);
  });

  it("dead inputs go first at any sparsity, and the budget is exact where there are fewer others", async () => {
    const pruner = prunerBy("early", 0, { deadInputs: "avoid" });
    await pruner.prune(weights, 4 / 45);
    expect(columnOf(pruner.masks, 0).filter((kept) => kept === 1)).toHaveLength(1);
    expect(keptIn(pruner.masks)).toBe(41);
    const taking = prunerBy("early");
    await taking.prune(weights, 4 / 45);
    expect(columnOf(taking.masks, 0).filter((kept) => kept === 1).length).toBeGreaterThan(1);
  });

  it("gives all weights back in a dense phase, those that were pruned at 0, and chooses from all again", async () => {
    const pruner = new Pruner(
      { method: method({ name: "magnitude" }), seed: 0, tensors, masks: new Map(), before: 0 },
      environment,
    );
    const network = await networkWith();
    await pruner.change(network, { step: 1, sparsity: 0.8, anew: true });
    const compressed = pruner.masks;
    await pruner.change(network, { step: 2, sparsity: 0, anew: true });
    expect(keptIn(pruner.masks)).toBe(45);
    for (const [name, values] of await network.readParameters()) {
      const mask = compressed.get(name);
      if (mask !== undefined) expect(values.some((value, i) => mask[i] === 0 && value !== 0)).toBe(false);
    }
    // What was pruned has become the largest.
    const flipped = new Map(
      [...weights].map(([name, values]) => [
        name,
        values.map((_, i) => (compressed.get(name)?.[i] === 0 ? 2 : 1)),
      ]),
    );
    await network.writeParameters(flipped);
    await pruner.change(network, { step: 3, sparsity: 0.2, anew: true });
    for (const [name, mask] of pruner.masks) {
      expect(mask.some((kept, i) => kept === 0 && compressed.get(name)?.[i] === 0)).toBe(false);
    }
  });
});

describe("the code of a plugin", () => {
  it("is named when what it gives does not fit", async () => {
    criteria.add(
      defineCriterion({
        name: "broken-of-a-test",
        summary: "Gives no scores.",
        options: z.strictObject({}),
        scores: () => new Map(),
      }),
      "a test",
    );
    const error = await prunerFor({ name: "broken-of-a-test" })
      .prune(weights, 0.5)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PruneLabError);
    expect(error).toMatchObject({
      kind: "failure",
      message: "The method m fails: fc1.weight has 30 values, and 0 scores.",
      hint: "It uses what a plugin brings: criterion broken-of-a-test.",
    });
  });
});

describe("single gradients", () => {
  it("are those of the network, whatever weights the loss is asked for before they are read", async () => {
    const needs = { exampleGradients: { examples: 4 }, objective: { examples: 4 } };
    const read = (before: boolean) =>
      withEvidence(needs, { weights, seed: 0, environment }, async ({ exampleGradients, objective }) => {
        if (before) await objective?.loss(initialParameters(spec, { name: "pytorch" }, 2));
        const all: Parameters[] = [];
        for await (const gradients of exampleGradients ?? []) all.push(gradients);
        return all;
      });
    expect(await read(true)).toEqual(await read(false));
    expect(await read(true)).toHaveLength(4);
  });
});
