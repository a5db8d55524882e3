import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { StudyOptions } from "../../src/experiment/options.ts";
import type { PlanInputs } from "../../src/experiment/plan.ts";
import { planMethod } from "../../src/experiment/plan-method.ts";
import { prepareStudy } from "../../src/experiment/prepare.ts";
import { Graph } from "../../src/experiment/run-graph.ts";
import { PruneLabError } from "../../src/foundations/errors.ts";
import { countKept } from "../../src/network/mask.ts";
import { allocations } from "../../src/pruning/allocations/registry.ts";
import { type Axis, axes, type Method } from "../../src/pruning/method.ts";
import { methods } from "../../src/pruning/methods.ts";
import { structures } from "../../src/pruning/structures/registry.ts";
import { roundHalfToEven } from "../../src/pruning/top-k.ts";
import { type Checkpoint, readCheckpoint } from "../../src/recording/read-checkpoint.ts";
import type { ResultRow } from "../../src/recording/rows.ts";
import { type Combination, covering, pairsOf, product } from "../support/covering.ts";
import { hasPath, unitsGone } from "../support/pruned-network.ts";
import { filesOf } from "../support/results.ts";
import { shortMethod } from "../support/short-methods.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../support/tiny-study.ts";
import { tinyArchitecture, writeSentences, writeTinyTransformer } from "../support/tiny-transformer.ts";

/**
 * Every way to prune and recover, as a study computes it: what all of them promise. Each registered method; and of the product of
 * criteria, allocations, structures, schedules and recoveries a pairwise covering: every two members that go together are in one
 * method at least.
 */

const HALF = 0.5;
/** At which most are left without a path. */
const FAR = 0.98;
/** At which a network that is trained long enough learns. */
const LEARNABLE = 0.6;

const members = {
  allocation: axes.allocation.names(),
  structure: axes.structure.names(),
  schedule: axes.schedule.names(),
  recovery: axes.recovery.names(),
  criterion: axes.criterion.names(),
};

/** A network that was pruned, as its row and its checkpoint have it. */
interface Pruned {
  readonly method: Method;
  readonly row: ResultRow;
  readonly checkpoint: Checkpoint;
}

let root: string;
/** Of dense layers, and of a transformer. */
let images: PlanInputs & { readonly options: StudyOptions };
let texts: typeof images;
/** The pairwise covering. */
let covered: readonly Combination<Axis>[];
const pruned: Pruned[] = [];
let folders = 0;
/** Studies that are done twice. */
let repeated: readonly { readonly folder: string; readonly options: StudyOptions }[];

async function inputsOf(changes: object): Promise<typeof images> {
  const options = await tinyStudy(root, {
    train: { epochs: 1, batchSize: 16, optimizer: { name: "sgd", learningRate: 0.1, momentum: 0.9 } },
    seeds: [0],
    engine: "kernels-wasm",
    ...changes,
  });
  const study = await prepareStudy({ options, dataDir: undefined, notify: () => {} });
  study.data.release();
  const { settings, dataset, engine } = study;
  return {
    options,
    settings,
    datasetChecksum: dataset.checksum,
    engineIdentity: engine.identity,
    plugins: {},
    trainExamples: dataset.examples.train,
  };
}

function withMethods(
  { options }: typeof images,
  chosen: readonly Method[],
  sparsities: readonly number[],
): StudyOptions {
  const entries = chosen.map(({ summary: _, paper: __, ...method }) =>
    methods.find(method.name) === undefined ? method : method.name,
  );
  return { ...options, prune: { ...options.prune, methods: entries, sparsities } };
}

/** What does not fit says so in the plan, before anything is computed. */
function fits(method: Method, inputs: typeof images, sparsity: number): boolean {
  try {
    const options = withMethods(inputs, [method], [sparsity]);
    planMethod(method, undefined, { ...inputs, options }, new Graph());
    return true;
  } catch (error) {
    if (error instanceof PruneLabError && error.kind === "input") return false;
    throw error;
  }
}

/** Units of several tensors are those of transformers. */
function networkFor(structure: string): typeof images {
  return structures.named(structure).group === undefined ? images : texts;
}

/** Prunes by methods, gathers the networks, and says how to do so again. */
async function prune(inputs: typeof images, chosen: readonly Method[], sparsities: readonly number[]) {
  const folder = path.join(root, `${folders++}`);
  const options = withMethods(inputs, chosen, sparsities);
  const { outcome } = await runIn(folder, options, { checkpoints: "all" });
  for (const row of outcome.results) {
    const file = `${row.method}-${row.target_sparsity}-seed0.safetensors`;
    const checkpoint = await readCheckpoint(path.join(folder, "checkpoints", file));
    const method = chosen.find(({ name }) => name === row.method) as Method;
    pruned.push({ method, row, checkpoint });
  }
  return { folder, options };
}

beforeAll(async () => {
  root = await temporaryFolder();
  const tokenizer = await writeTinyTransformer(path.join(root, "tokenizer"));
  const test = await writeSentences(path.join(root, "test.tsv"), 30, 1000);
  const train = await writeSentences(path.join(root, "train.tsv"), 60);
  images = await inputsOf({});
  texts = await inputsOf({
    dataset: { name: "text", test, train, validation: 10, tokenizer, maxLength: 10 },
    model: { name: "distilbert", ...tinyArchitecture },
  });
  const fitting = product(members).filter((combination) =>
    fits(shortMethod(combination), networkFor(combination.structure), HALF),
  );
  covered = covering(fitting);
  const coveredOn = (inputs: typeof images) =>
    covered.filter(({ structure }) => networkFor(structure) === inputs).map(shortMethod);
  repeated = [
    await prune(images, [...methods.list(), ...coveredOn(images)], [HALF]),
    await prune(texts, coveredOn(texts), [HALF]),
  ];
  // Patterns such as 2:4 have one sparsity.
  const reaching = coveredOn(images).filter((method) => fits(method, images, FAR));
  await prune(images, reaching, [FAR]);
  const long = await inputsOf({
    train: { epochs: 3, batchSize: 16, optimizer: { name: "adam", learningRate: 0.02 } },
  });
  await prune(long, fitting.filter(trainsLong).map(shortMethod), [LEARNABLE, 1]);
}, 300_000);

/** Every schedule that goes with a training as long as the dense network's. */
function trainsLong({ criterion, allocation, structure, recovery }: Combination<Axis>): boolean {
  const isPlain = criterion === "magnitude" && allocation === "global" && structure === "weight";
  return isPlain && ["train", "rewind"].includes(recovery);
}

describe("every two members of axes", () => {
  it("go together in a method, but for those that contradict each other", () => {
    const apart = new Set(
      Object.entries(members).flatMap(([a, names], i, all) =>
        all.slice(i + 1).flatMap(([b, others]) => product({ [a]: names, [b]: others }).flatMap(pairsOf)),
      ),
    );
    for (const pair of covered.flatMap(pairsOf)) apart.delete(pair);
    const others = new Map<string, string>();
    for (const [a = "", b = ""] of [...apart].map((pair) => pair.split(", "))) {
      others.set(a, others.has(a) ? `${others.get(a)}, ${b}` : b);
    }
    expect(Object.fromEntries(others)).toMatchInlineSnapshot(`
      {
        "allocation bernoulli": "structure weight-per-output, structure n-of-m, structure block, structure neuron, structure input, structure head, structure ffn-neuron, criterion magnitude, criterion gradient, criterion taylor, criterion fisher, criterion optimal-brain-damage, criterion woodfisher, criterion cbs, criterion wanda, criterion grasp, criterion synflow, criterion magnitude-increase, criterion movement, criterion learned-mask, criterion l0",
        "allocation erdos-renyi": "structure n-of-m",
        "allocation erk": "structure n-of-m",
        "allocation global": "structure n-of-m",
        "allocation igq": "structure n-of-m",
        "allocation lamp": "structure n-of-m",
        "allocation ratios": "structure n-of-m",
        "schedule ac-dc": "recovery none",
        "schedule gradual": "recovery none",
        "schedule iterative": "recovery train",
        "schedule one-shot": "recovery train",
        "schedule rigl": "recovery none",
        "schedule set": "recovery none",
        "schedule sparse-momentum": "recovery none",
        "structure block": "schedule set, schedule rigl, schedule sparse-momentum",
        "structure ffn-neuron": "schedule set, schedule rigl, schedule sparse-momentum, criterion grasp, criterion synflow",
        "structure head": "schedule set, schedule rigl, schedule sparse-momentum, criterion grasp, criterion synflow",
        "structure input": "schedule set, schedule rigl, schedule sparse-momentum",
        "structure n-of-m": "schedule set, schedule rigl, schedule sparse-momentum",
        "structure neuron": "schedule set, schedule rigl, schedule sparse-momentum",
        "structure weight-per-output": "schedule set, schedule rigl, schedule sparse-momentum",
      }
    `);
  });
});

describe("every way to prune and recover", () => {
  it("meets the budget exactly, in whole units", () => {
    const total = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0);
    for (const { method, row, checkpoint } of pruned) {
      const { name, allocation, structure, schedule } = method;
      const sparsity = row.target_sparsity;
      const { prunable } = networkFor(structure.name).settings;
      const units = unitsGone(structure, checkpoint, prunable);
      const told = [name, sparsity];
      expect([...told, units.flat().includes("in part")]).toEqual([...told, false]);
      const gone = units.map((group) => group.filter((unit) => unit === "whole").length);
      const all = units.flat().length;
      const { exact } = allocations.named(allocation.name);
      if (exact === "in expectation") {
        const deviation = Math.sqrt(all * sparsity * (1 - sparsity));
        const isNear = Math.abs(total(gone) - sparsity * all) <= 4 * deviation;
        expect([...told, isNear]).toEqual([...told, true]);
      } else if (exact === "in total" || schedule.name === "sparse-momentum") {
        // Sparse momentum moves weights from one layer to another.
        expect([...told, total(gone)]).toEqual([...told, roundHalfToEven(sparsity * all)]);
      } else {
        const budgets = units.map(({ length }) => roundHalfToEven(sparsity * length));
        expect([...told, gone]).toEqual([...told, budgets]);
      }
    }
  });

  it("holds its mask: what is pruned is 0 in the end, and no more is kept than the table says", () => {
    for (const { method, row, checkpoint } of pruned) {
      let kept = 0;
      let revived = 0;
      for (const [name, values] of checkpoint.parameters) {
        const mask = checkpoint.masks.get(name);
        kept += mask === undefined ? values.length : countKept(mask);
        if (mask !== undefined) revived += values.filter((value, i) => mask[i] === 0 && value !== 0).length;
      }
      const told = [method.name, row.target_sparsity];
      expect([...told, kept, revived]).toEqual([...told, row.nonzero_parameters, 0]);
    }
  });

  it("tells that no path is left, where weights are left too, and only there", () => {
    const ofImages = pruned.filter(({ method }) => networkFor(method.structure.name) === images);
    for (const { method, row, checkpoint } of ofImages) {
      const told = [method.name, row.target_sparsity];
      const expected = hasPath(checkpoint) ? ["ok", false] : ["collapsed", true];
      expect([...told, row.status, row.effective_sparsity === 1]).toEqual([...told, ...expected]);
    }
    const far = ofImages.filter(({ row }) => row.target_sparsity === FAR);
    expect(far.filter(({ row }) => row.status === "collapsed" && row.sparsity < 1).length).toBeGreaterThan(
      10,
    );
    expect(far.filter(({ row }) => row.status === "ok").length).toBeGreaterThan(5);
  });

  it("tells that nothing is left of a network", () => {
    const nothing = pruned.filter(({ row }) => row.target_sparsity === 1);
    expect(nothing.length).toBeGreaterThan(10);
    for (const { method, row } of nothing) {
      expect([method.name, row.status, row.sparsity]).toEqual([method.name, "collapsed", 1]);
    }
  });

  it("learns where it trains: what is trained for the whole training beats the guess", () => {
    const trained = pruned.filter(({ row }) => row.target_sparsity === LEARNABLE);
    expect(trained.length).toBeGreaterThan(10);
    for (const { method, row } of trained) {
      expect([method.name, (row.accuracy ?? 0) > 0.5]).toEqual([method.name, true]);
    }
  });

  it("gives the same bytes once more, by another number of workers", async () => {
    for (const { folder, options } of repeated) {
      await runIn(`${folder}-again`, options, { workers: 2, checkpoints: "all" });
      expect(await filesOf(`${folder}-again`)).toEqual(await filesOf(folder));
    }
  }, 120_000);
});
