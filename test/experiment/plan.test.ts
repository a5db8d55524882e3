import { beforeAll, describe, expect, it } from "vitest";
import { recipeHash } from "../../src/experiment/identity.ts";
import type { StudyOptions } from "../../src/experiment/options.ts";
import { lastOf, type PlanInputs, planStudy } from "../../src/experiment/plan.ts";
import { buildNetwork, modelSchema } from "../../src/models/registry.ts";
import { methods } from "../../src/pruning/methods.ts";
import { schedules } from "../../src/pruning/schedules/registry.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { tinyStudy } from "../support/tiny-study.ts";

let options: StudyOptions;
let inputs: PlanInputs;

beforeAll(async () => {
  options = await tinyStudy(await temporaryFolder());
  inputs = {
    options,
    settings: {
      network: buildNetwork(options.model, [1, 6, 6], 3, "softmax-cross-entropy"),
      initializer: options.model.initializer,
      train: options.train,
      finetune: options.prune.finetune,
      prunable: ["fc1.weight", "fc2.weight", "fc3.weight"],
    },
    datasetChecksum: "data",
    engineIdentity: "engine",
    plugins: {},
    trainExamples: 150,
  };
});

type Settings = PlanInputs["settings"];
const withSettings = (changes: Partial<Settings>) => ({
  ...inputs,
  settings: { ...inputs.settings, ...changes },
});
const withPrune = (changes: Partial<StudyOptions["prune"]>, seeds = options.seeds) => ({
  ...inputs,
  options: { seeds, prune: { ...options.prune, ...changes } },
});
const ids = (changed: PlanInputs) => planStudy(changed).runs.map(({ id }) => id);
const kinds = (changed: PlanInputs) => {
  const { runs } = planStudy(changed);
  return runs.map(({ kind }) => kind);
};

/** Global magnitude under a schedule and a recovery. */
const own = (schedule: object, recovery?: object, name = "own") => ({
  name,
  criterion: { name: "magnitude" },
  allocation: { name: "global" },
  structure: { name: "weight" },
  schedule: { name: "one-shot", ...schedule },
  ...(recovery === undefined ? {} : { recovery: { name: "rewind", optimizer: "fresh", ...recovery } }),
});
const iterative = { name: "iterative", fraction: 0.5 };

describe("the plan of a study", () => {
  it("puts parents first, and each run once", () => {
    const many = [...options.prune.methods, own(iterative, { step: 5 })];
    const { runs } = planStudy(withPrune({ methods: many }));
    expect(new Set(runs.map(({ id }) => id)).size).toBe(runs.length);
    expect(new Set(runs.map(({ label }) => label)).size).toBe(runs.length);
    for (const [position, { parents }] of runs.entries()) {
      const before = runs.slice(0, position).map(({ id }) => id);
      for (const { run } of parents) expect(before).toContain(run);
    }
  });

  it("shares a run between methods at sparsity 0 only, one for each way to recover", () => {
    const { cells } = planStudy(withPrune({ methods: [...methods.names()], sparsities: [0, 0.5] }));
    const runsAt = (sparsity: number) =>
      new Set(cells.filter((cell) => cell.sparsity === sparsity && cell.seed === 0).map(lastOf)).size;
    const recoveries = new Set(methods.list().map(({ recovery }) => JSON.stringify(recovery)));
    expect(runsAt(0)).toBe(recoveries.size);
    expect(runsAt(0.5)).toBe(methods.list().length);
  });

  it("gives what is pruned to an effective sparsity another hash, and to a direct one the same", () => {
    const at = (target?: string) =>
      ids(
        withPrune(
          { methods: [{ ...own({}), ...(target && { target }) } as never], sparsities: [0, 0.5] },
          [0],
        ),
      );
    const [baseline, control] = at();
    expect(at("direct")).toEqual(at());
    expect(at("effective").slice(0, 2)).toEqual([baseline, control]);
    expect(at("effective")[2]).not.toBe(at()[2]);
  });

  it("gives a run the same hash in another grid", () => {
    const small = withPrune({ sparsities: [0.9], methods: ["global-magnitude"] }, [1]);
    const whole = ids(inputs);
    for (const id of ids(small)) expect(whole).toContain(id);
  });

  it.each<[string, (changed: PlanInputs) => PlanInputs]>([
    ["the data", (i) => ({ ...i, datasetChecksum: "other" })],
    ["the engine", (i) => ({ ...i, engineIdentity: "other" })],
    ["a plugin", (i) => ({ ...i, plugins: { model: "its hash" } })],
    ["the training", () => withSettings({ train: { ...options.train, epochs: 4 } })],
    ["the network", (i) => withSettings({ network: { ...i.settings.network, loss: "mean-squared-error" } })],
  ])("hashes everything anew when %s changes", (_what, change) => {
    const before = new Set(ids(inputs));
    expect(ids(change(inputs)).filter((id) => before.has(id))).toEqual([]);
  });

  it("keeps the baselines when only the fine-tuning or the prunable tensors change", () => {
    for (const changed of [withSettings({ finetune: null }), withSettings({ prunable: ["fc1.weight"] })]) {
      const before = new Set(ids(inputs));
      const shared = planStudy(changed).runs.filter(({ id }) => before.has(id));
      expect(shared.map(({ label }) => label)).toEqual(["baseline-seed0", "baseline-seed1"]);
    }
  });
});

describe("iterative pruning", () => {
  const levels = (sparsities: readonly number[]) =>
    planStudy(withPrune({ methods: [own(iterative)], sparsities: [...sparsities] }, [0]));

  it("is a line of levels, each pruned from the one before", () => {
    const { runs, cells } = levels([0.9]);
    expect(runs.map(({ label }) => label)).toEqual([
      "baseline-seed0",
      "own-0.9-level1-seed0",
      "own-0.9-level2-seed0",
      "own-0.9-level3-seed0",
      "own-0.9-seed0",
    ]);
    expect(runs.flatMap((run) => (run.kind === "point" ? [run.sparsity] : []))).toEqual([
      0.5, 0.75, 0.875, 0.9,
    ]);
    expect(cells[0]?.path).toEqual(runs.map(({ id }) => id));
    for (const [i, { parents }] of runs.entries()) {
      expect(parents).toEqual(i === 0 ? [] : [{ run: runs[i - 1]?.id, artifacts: ["weights"] }]);
    }
  });

  it("computes what several targets have in common once, and names it after the target that it is", () => {
    const { runs } = levels([0.875, 0.75, 0.5]);
    expect(runs.map(({ label }) => label)).toEqual([
      "baseline-seed0",
      "own-0.5-seed0",
      "own-0.75-seed0",
      "own-0.875-seed0",
    ]);
  });

  it("begins where one-shot pruning to the first level ends", () => {
    const both = planStudy(
      withPrune({ methods: [own({}, undefined, "once"), own(iterative)], sparsities: [0.5] }, [0]),
    );
    expect(both.runs).toHaveLength(2);
  });
});

describe("rewinding", () => {
  const { retraining } = { retraining: { step: 7 } };

  it("hangs on a checkpoint of the seed, which all methods share", () => {
    const two = [own({}, retraining), own(iterative, retraining, "other")];
    const plan = planStudy(withPrune({ methods: two, sparsities: [0.5, 0.9] }));
    const checkpoints = plan.runs.filter(({ kind }) => kind === "checkpoint");
    expect(checkpoints.map(({ label }) => label)).toEqual([
      "checkpoint-step7-seed0",
      "checkpoint-step7-seed1",
    ]);
    for (const run of plan.runs.filter(({ kind }) => kind === "point")) {
      const checkpoint = checkpoints.find(({ seed }) => seed === run.seed);
      expect(run.parents[1]).toEqual({ run: checkpoint?.id, artifacts: ["weights", "optimizer"] });
    }
  });

  it("to step 0 needs none", () => {
    expect(kinds(withPrune({ methods: [own({}, { step: 0 })] }))).not.toContain("checkpoint");
  });

  it("past the training is refused", () => {
    // 150 examples in batches of 16 are 10 steps, for 3 epochs.
    const plan = () => planStudy(withPrune({ methods: [own({}, { step: 31 })] }));
    expect(plan).toThrow("The method own rewinds to step 31, and the training has 30 steps.");
  });
});

describe("a sweep over the levels of a descent", () => {
  const ladder = [0.2, 0.36, 0.488, 0.5904, 0.67232, 0.737856, 0.790285, 0.832228, 0.865782, 0.892626];

  it.each([
    { name: "iterative", fraction: 0.2 },
    { name: "iterative", fraction: 0.2, levels: ladder },
  ])("costs one descent", (schedule) => {
    const { runs, cells } = planStudy(withPrune({ methods: [own(schedule)], sparsities: ladder }, [0]));
    expect(runs.map(({ kind }) => kind)).toEqual(["baseline", ...ladder.map(() => "point")]);
    expect(cells.at(-1)?.path).toHaveLength(1 + ladder.length);
  });
});

describe("a network that is pruned early", () => {
  const early = (step: number, changes: object = {}, name = "own") => ({
    ...own({ name: "early", step, deadInputs: "take" }, undefined, name),
    ...changes,
  });
  const pointsOf = (...all: object[]) =>
    planStudy(withPrune({ methods: all as never, sparsities: [0.9] }, [0])).runs.filter(
      (run) => run.kind === "point",
    );

  it("hangs on the dense network at that step, and by default is trained from there", () => {
    const { runs } = planStudy(withPrune({ methods: [early(7)], sparsities: [0.9] }, [0]));
    const checkpoint = runs.find(({ kind }) => kind === "checkpoint");
    const point = runs.find((run) => run.kind === "point");
    expect(checkpoint?.label).toBe("checkpoint-step7-seed0");
    expect(point?.parents).toEqual([
      { run: checkpoint?.id, artifacts: ["weights"] },
      { run: checkpoint?.id, artifacts: ["weights", "optimizer"] },
    ]);
    expect(point?.retraining).toEqual({ training: "train", rewindTo: 7, optimizer: "rewound" });
  });

  it("before the training hangs on the initial weights alone, as does gradual pruning from scratch", () => {
    for (const method of [
      early(0),
      { ...own({ name: "gradual", from: 0, to: 0.5, every: 1 }), recovery: { name: "train" } },
    ]) {
      const { runs } = planStudy(withPrune({ methods: [method], sparsities: [0.9] }, [0]));
      const checkpoint = runs.find(({ kind }) => kind === "checkpoint");
      expect(checkpoint?.label).toBe("checkpoint-step0-seed0");
      expect(runs.find(({ kind }) => kind === "point")?.parents).toEqual([
        { run: checkpoint?.id, artifacts: ["weights"] },
      ]);
    }
  });

  it("is another run for another step, and where dead inputs are avoided", () => {
    const avoiding = early(0, { schedule: { name: "early", step: 0, deadInputs: "avoid" } }, "avoiding");
    const points = pointsOf(early(0), early(7, {}, "later"), avoiding);
    expect(new Set(points.map(({ id }) => id)).size).toBe(3);
  });

  it("may be trained again from the start, or fine-tuned", () => {
    const [rewound, tuned] = pointsOf(
      early(7, { recovery: { name: "rewind", step: 0, optimizer: "fresh" } }, "rewound"),
      early(7, { recovery: { name: "finetune" } }, "tuned"),
    );
    expect(rewound?.retraining).toMatchObject({ training: "train", rewindTo: 0 });
    expect(tuned?.retraining).toEqual({ training: "finetune" });
  });
});

describe("a training of its own for what is pruned before it or meanwhile", () => {
  const longer = (pruned: readonly object[]) => ({
    ...withPrune({ methods: pruned as never, sparsities: [0, 0.9] }, [0]),
    settings: { ...inputs.settings, prunedTraining: { epochs: 7 } },
  });
  const fromScratch = {
    ...own({ name: "gradual", from: 0, to: 0.5, every: 1 }),
    recovery: { name: "train" },
  };

  it("takes as many epochs, of the dense control too, and leaves all else", () => {
    const before = new Set(ids(withPrune({ methods: [own({})], sparsities: [0, 0.9] }, [0])));
    const { runs } = planStudy(longer([own({}, undefined, "other"), fromScratch]));
    const points = runs.filter((run) => run.kind === "point");
    const [dense, pruned] = points.filter(({ retraining }) => retraining?.training === "train");
    for (const point of [dense, pruned]) {
      expect(point?.retraining).toEqual({ training: "train", rewindTo: 0, optimizer: "fresh", epochs: 7 });
    }
    expect(points.filter(({ id }) => before.has(id))).toHaveLength(2);
  });

  it("has its place in the recipe", () => {
    expect(recipeHash(withSettings({ prunedTraining: { epochs: 7 } }))).not.toBe(recipeHash(inputs));
  });

  it("is refused from a later step on, and where nothing is trained so", () => {
    const late = own({ name: "early", step: 7, deadInputs: "take" });
    expect(() => planStudy(longer([late]))).toThrow("prunes at step 7 of the training of the dense network");
    expect(() => planStudy(longer([own({})]))).toThrow("prune.train says how methods are trained");
  });
});

describe("rewinding the learning rate", () => {
  it("takes nothing from a checkpoint: the weights stay", () => {
    const method = { ...own(iterative), recovery: { name: "rewind-learning-rate", step: 7 } };
    const { runs } = planStudy(withPrune({ methods: [method], sparsities: [0.75] }, [0]));
    expect(runs.map(({ label }) => label)).toEqual([
      "baseline-seed0",
      "own-0.75-level1-seed0",
      "own-0.75-seed0",
    ]);
    for (const [i, { parents }] of runs.slice(1).entries()) {
      expect(parents).toEqual([{ run: runs[i]?.id, artifacts: ["weights"] }]);
    }
  });
});

describe("quantization", () => {
  const quantized = (bits: number, training = "none", changes: object = {}) => ({
    ...own({}, undefined, `${bits}-${training}`),
    quantization: { bits, per: "tensor", training },
    ...changes,
  });
  const planned = (...methods: object[]) =>
    planStudy(withPrune({ methods: methods as never, sparsities: [0, 0.9] }, [0]));
  const labels = (...methods: object[]) => planned(...methods).runs.map(({ label }) => label);

  it("hangs on the recovered point, which all that rounds it shares", () => {
    const plan = planned(own({}), quantized(8), quantized(4));
    expect(plan.runs.map(({ label }) => label)).toEqual([
      "baseline-seed0",
      "own-0-seed0",
      "own-0.9-seed0",
      "8-none-0-seed0",
      "8-none-0.9-seed0",
      "4-none-0-seed0",
      "4-none-0.9-seed0",
    ]);
    const point = plan.runs.find(({ label }) => label === "own-0.9-seed0");
    const rounded = plan.runs.find(({ label }) => label === "4-none-0.9-seed0");
    expect(rounded?.parents).toEqual([{ run: point?.id, artifacts: ["weights"] }]);
    const path = plan.cells.find(({ label }) => label === "4-none-0.9-seed0")?.path;
    expect(path).toEqual([plan.runs[0]?.id, point?.id, rounded?.id]);
  });

  it("leaves the runs before it as they are without it", () => {
    const before = planned(own({}), own(iterative, {}, "rounds")).runs.map(({ id }) => id);
    const after = planned(
      own({}, undefined, "x"),
      { ...own(iterative, {}, "y"), quantization: quantized(8).quantization },
      quantized(4),
    ).runs.map(({ id }) => id);
    expect(after.filter((id) => before.includes(id)).toSorted()).toEqual(before.toSorted());
  });

  it("names a point that fills no row after the first method that rounds it", () => {
    expect(labels(quantized(8), quantized(4))).toContain("8-none-0.9-unrounded-seed0");
    expect(labels(quantized(8), own({}))).not.toContain("8-none-0.9-unrounded-seed0");
  });

  it("straight-through has a recovery of its own, for each way to round", () => {
    expect(labels(own({}), quantized(4, "straight-through"), quantized(3, "straight-through"))).toEqual([
      "baseline-seed0",
      "own-0-seed0",
      "own-0.9-seed0",
      "4-straight-through-0-unrounded-seed0",
      "4-straight-through-0-seed0",
      "4-straight-through-0.9-unrounded-seed0",
      "4-straight-through-0.9-seed0",
      "3-straight-through-0-unrounded-seed0",
      "3-straight-through-0-seed0",
      "3-straight-through-0.9-unrounded-seed0",
      "3-straight-through-0.9-seed0",
    ]);
  });

  it("straight-through without a recovery is refused", () => {
    const method = quantized(4, "straight-through", { recovery: { name: "none" } });
    expect(() => planned(method)).toThrow(
      "The method 4-straight-through trains with rounded weights (quantization.training: straight-through), and has no recovery to do so in.",
    );
    expect(() => planned(quantized(4, "none", { recovery: { name: "none" } }))).not.toThrow();
  });
});

describe("distillation", () => {
  const distilled = (schedule: object, options: object = {}, name = "own") => ({
    ...own(schedule, undefined, name),
    recovery: { name: "distill", temperature: 4, weight: 0.9, ...options },
  });

  it("hangs every level on the seed's dense network too, which teaches it", () => {
    const { runs } = planStudy(withPrune({ methods: [distilled(iterative)], sparsities: [0.75] }));
    for (const seed of [0, 1]) {
      const [baseline, first, second] = runs.filter((run) => run.seed === seed);
      const teacher = { run: baseline?.id, artifacts: ["weights"] };
      expect(first?.parents).toEqual([teacher, teacher]);
      expect(second?.parents).toEqual([{ run: first?.id, artifacts: ["weights"] }, teacher]);
    }
  });

  it("makes runs of their own, unpruned ones too, by temperature and weight", () => {
    const methods = [distilled({}), distilled({}, { temperature: 2 }), distilled({}, { weight: 0.5 })];
    const { cells } = planStudy(withPrune({ methods: ["global-magnitude", ...methods], sparsities: [0] }));
    expect(new Set(cells.map(lastOf)).size).toBe(4 * options.seeds.length);
  });

  it("shares those of fine-tuning where the teacher has no weight", () => {
    const methods = ["global-magnitude" as const, distilled({}, { weight: 0 })];
    expect(ids(withPrune({ methods }))).toEqual(ids(withPrune({ methods: ["global-magnitude"] })));
  });
});

describe("what does not fit the training is refused", () => {
  const gradual = { name: "gradual", from: 0.1, to: 0.5, every: 1 };
  const rigl = { ...schedules.named("rigl").options.parse({ every: 5 }), name: "rigl" };

  it.each<[string, object, Partial<Settings>, string]>([
    [
      "fine-tuning without its settings",
      own({}, { name: "finetune" }),
      { finetune: null },
      "prune.finetune is null",
    ],
    [
      "distillation without them",
      { ...own({}), recovery: { name: "distill", temperature: 4, weight: 0.9 } },
      { finetune: null },
      "The method own recovers by fine-tuning, and prune.finetune is null.",
    ],
    [
      "training on after the training",
      { ...own({}), recovery: { name: "train" } },
      {},
      "The method own recovers by train, and prunes the trained network (one-shot), which has no training left.",
    ],
    [
      "the same level by level",
      { ...own(iterative), recovery: { name: "train" } },
      {},
      "prunes the trained network (iterative), which has no training left.",
    ],
    [
      "pruning after the training has ended",
      own({ name: "early", step: 31, deadInputs: "take" }),
      {},
      "The method own prunes at step 31, and the training has 30 steps.",
    ],
    [
      "regrowth without a recovery",
      { ...own(rigl), recovery: { name: "none" } },
      {},
      "The method own prunes while it recovers (rigl), and has no recovery.",
    ],
    [
      "regrowth of whole neurons",
      { ...own(rigl), structure: { name: "neuron" } },
      {},
      "The method own drops and grows any weights (rigl), and neuron says which go together.",
    ],
    [
      "regrowth of as many weights per output",
      { ...own(rigl), structure: { name: "weight-per-output" } },
      {},
      "The method own drops and grows any weights (rigl), and weight-per-output says which go together.",
    ],
    ["gradual pruning without a recovery", own(gradual), { finetune: null }, "has no recovery"],
    [
      "gradual pruning that ends before it begins",
      own({ ...gradual, to: 0 }),
      {},
      "ends at 0 before it begins at 0.1",
    ],
  ])("%s", (_what, method, settings, message) => {
    const changed = {
      ...withPrune({ methods: [method as never] }),
      settings: { ...inputs.settings, ...settings },
    };
    expect(() => planStudy(changed)).toThrow(message);
  });
});

describe("a constructed network", () => {
  const bridge = (options: object = {}, name = "bridge") => ({
    name,
    construction: {
      name: "linear-bridge",
      eps: 0.01,
      gamma: 0.25,
      hiddenBiases: 0,
      epochs: 50,
      learningRate: 0.01,
      ...options,
    },
  });
  const zero = { name: "nothing", construction: { name: "zero" } };
  const sigmoid = (hidden: readonly number[], settings: Partial<Settings> = {}) => ({
    ...withSettings({
      network: buildNetwork(
        modelSchema().parse({ name: "mlp", hidden: [...hidden], activation: "sigmoid" }),
        [1, 6, 6],
        3,
        "softmax-cross-entropy",
      ),
      prunable: ["fc1.weight", "fc2.weight"],
      ...settings,
    }),
  });
  const planOf = (all: readonly object[], from: PlanInputs = sigmoid([40]), seeds = [0]) =>
    planStudy({ ...from, options: { seeds, prune: { ...options.prune, methods: all as never } } });

  it("fills one cell a seed, at its own sparsity, and hangs on its teacher alone", () => {
    const plan = planOf([bridge(), zero], sigmoid([40]), [0, 1]);
    // 36 + 3 x 36 of 36 x 40 + 40 x 3 weights are kept.
    const sparsity = Number((1 - 144 / 1560).toFixed(6));
    expect(plan.cells.map(({ label }) => label)).toEqual([
      `bridge-${sparsity}-seed0`,
      `bridge-${sparsity}-seed1`,
      "nothing-1-seed0",
      "nothing-1-seed1",
    ]);
    const [teacher] = plan.runs.filter(({ kind }) => kind === "teacher");
    const [made, , none] = plan.runs.filter(({ kind }) => kind === "constructed");
    expect(made?.parents).toEqual([{ run: teacher?.id, artifacts: ["weights"] }]);
    expect(none?.parents).toEqual([]);
    expect(plan.cells[0]?.path).toEqual([plan.runs.find(({ kind }) => kind === "baseline")?.id, made?.id]);
  });

  it("shares its teacher with every other that is made from the same training", () => {
    const all = [
      bridge(),
      bridge({ eps: 0.001, hiddenBiases: "kept" }, "other"),
      { name: "linear", construction: { name: "linear-teacher", epochs: 50, learningRate: 0.01 } },
      bridge({ epochs: 60 }, "longer"),
      bridge({ learningRate: 0.02 }, "faster"),
    ];
    const labels = planOf(all)
      .runs.filter(({ kind }) => kind === "teacher")
      .map(({ label }) => label);
    expect(labels).toEqual([
      "teacher-50-epochs-at-0.01-seed0",
      "teacher-60-epochs-at-0.01-seed0",
      "teacher-50-epochs-at-0.02-seed0",
    ]);
  });

  it("has a teacher that hangs on the data, the batches and the initializer, and on nothing else", () => {
    const teacherOf = (from: PlanInputs) =>
      planOf([bridge()], from).runs.find(({ kind }) => kind === "teacher")?.id;
    const before = teacherOf(sigmoid([40]));
    expect(teacherOf(sigmoid([50]))).toBe(before);
    expect(teacherOf(sigmoid([40], { finetune: null, train: { ...options.train, epochs: 9 } }))).toBe(before);
    expect(teacherOf({ ...sigmoid([40]), plugins: { modelPlugin: "x" } })).toBe(before);
    for (const changed of [
      sigmoid([40], { train: { ...options.train, batchSize: 8 } }),
      sigmoid([40], { initializer: { name: "he", distribution: "normal", bias: 0 } }),
      { ...sigmoid([40]), datasetChecksum: "other" },
      { ...sigmoid([40]), plugins: { datasetPlugin: "x" } },
    ]) {
      expect(teacherOf(changed)).not.toBe(before);
    }
  });

  it("counts its biases in its sparsity where biases are prunable", () => {
    const prunable = ["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"];
    expect(planOf([bridge()], sigmoid([40], { prunable })).cells[0]?.sparsity).toBe(
      Number((1 - 147 / 1603).toFixed(6)),
    );
  });

  it.each<[string, () => PlanInputs, object, string]>([
    [
      "a network that it cannot be made of",
      () => sigmoid([20]),
      bridge(),
      "The method bridge cannot construct this network by linear-bridge: each of the 36 inputs needs a hidden unit of its own, and there are 20.",
    ],
    [
      "a layer that is spared",
      () => sigmoid([40], { prunable: ["fc1.weight"] }),
      bridge(),
      "The method bridge takes values from fc2 (linear-bridge), and prune.exclude spares that layer.",
    ],
    [
      "rewinding",
      () => sigmoid([40]),
      { ...zero, recovery: { name: "rewind", step: 0, optimizer: "fresh" } },
      "The method nothing is constructed: it has no training of its own to go back to, as its recovery would.",
    ],
    [
      "fine-tuning without its settings",
      () => sigmoid([40], { finetune: null }),
      { ...zero, recovery: { name: "finetune" } },
      "The method nothing recovers by fine-tuning, and prune.finetune is null.",
    ],
  ])("is refused for %s", (_what, from, method, message) => {
    expect(() => planOf([method], from())).toThrow(message);
  });
});

describe("a coin for each weight", () => {
  const coins = (criterion: string, structure = "weight") => ({
    ...own({}),
    criterion: { name: criterion },
    allocation: { name: "bernoulli" },
    structure: { name: structure },
  });

  it.each([
    [
      coins("magnitude"),
      "The method own spreads its budget by bernoulli, which takes scores uniform from 0 to 1, and those of magnitude are not.",
    ],
    [
      coins("random", "neuron"),
      "The method own spreads its budget by bernoulli, which takes scores uniform from 0 to 1 for each weight, and neuron says which go together.",
    ],
  ])("is thrown by draws alone", (method, message) => {
    expect(() => planStudy(withPrune({ methods: [method] }))).toThrow(message);
  });
});

describe("the recipe hash", () => {
  it("is short, and blind to the engine", () => {
    expect(recipeHash(inputs)).toMatch(/^[0-9a-f]{8}$/);
    expect(recipeHash({ ...inputs, engineIdentity: "other" } as PlanInputs)).toBe(recipeHash(inputs));
  });

  it("sees what has no column of its own", () => {
    const slower = withSettings({ train: { ...options.train, batchSize: 8 } });
    expect(recipeHash(slower)).not.toBe(recipeHash(inputs));
    expect(recipeHash(withSettings({ prunable: ["fc1.weight"] }))).not.toBe(recipeHash(inputs));
  });
});
