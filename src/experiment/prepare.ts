import { type CachedDataset, DatasetCache, type DatasetFacts } from "../datasets/dataset-cache.ts";
import { datasets } from "../datasets/registry.ts";
import type { Engine, EngineDescription } from "../engines/engine.ts";
import { openEngine } from "../engines/registry.ts";
import { findGpu, openOnGpu } from "../engines/tensorflow/index.ts";
import { fitsLanes } from "../engines/tensorflow/lanes.ts";
import { inputError } from "../foundations/errors.ts";
import type { Notify } from "../foundations/notices.ts";
import { inPhase } from "../foundations/phases.ts";
import { taskFaults } from "../metrics/formula/check.ts";
import { buildNetwork, models, resolveModel } from "../models/registry.ts";
import { hasWeights, type NetworkSpec, readsTokens } from "../network/specification.ts";
import { controlsLeftOut } from "../pruning/controlled.ts";
import { prunableTensors } from "../pruning/prunable.ts";
import { fasterEngine } from "./faster-engine.ts";
import { recipeHash } from "./identity.ts";
import { idleSeedsNotice } from "./idle-seeds.ts";
import type { StudyOptions } from "./options.ts";
import { planStudy, type StudyPlan } from "./plan.ts";
import { findWeights, type GivenWeights } from "./read-weights.ts";
import type { RunSettings } from "./settings.ts";
import { refuseNothingToTrainOn } from "./unfit-data.ts";

/** A study with everything that has to be known before the first run; plain data. */
export interface StudyOutline {
  /** With the data and the engine that were found, in place of what leaves it open. */
  readonly options: StudyOptions;
  readonly dataset: DatasetFacts;
  readonly engine: EngineDescription;
  readonly settings: RunSettings;
  readonly plan: StudyPlan;
  /** The `recipe` column. */
  readonly recipe: string;
}

/** An outline, and the data that its runs will read. */
export interface PreparedStudy extends StudyOutline {
  readonly data: CachedDataset;
}

/** What computes studies. */
export interface StudyMachine {
  /** The most runs at a time; one a core, or as many as the engine computes at once, unless given. */
  readonly workers?: number | undefined;
  /** What an engine is on the machine that computes, where that is another one. */
  readonly elsewhere?: EngineDescription | undefined;
}

/** What studies that are prepared together share: data in memory, and what is known of the engines. */
export class StudyResources {
  readonly datasets = new DatasetCache();
  readonly workers: number | undefined;
  readonly #engines = new Map<string, EngineDescription>();
  #gpu: Promise<string | undefined> | undefined;
  #onGpu: Promise<EngineDescription | undefined> | undefined;
  readonly #elsewhere: EngineDescription | undefined;
  readonly #told = new Set<string>();

  constructor({ workers, elsewhere }: StudyMachine = {}) {
    this.workers = workers;
    this.#elsewhere = elsewhere;
  }

  /** Passes each message on once, although every study would say it. */
  once(notify: Notify): Notify {
    return (message) => {
      if (this.#told.has(message)) return;
      this.#told.add(message);
      notify(message);
    };
  }

  /** What an engine is; opens it once, to see that it runs here. */
  async engine(name: string, notify: Notify): Promise<EngineDescription> {
    if (this.#elsewhere?.name === name) return this.#elsewhere;
    const known = this.#engines.get(name);
    if (known !== undefined) return known;
    const description = await describe(await openEngine(name, notify));
    this.#engines.set(name, description);
    return description;
  }

  /** What the GPU of this machine is called, if there is one. */
  gpu(): Promise<string | undefined> {
    this.#gpu ??= findGpu();
    return this.#gpu;
  }

  /** The engine on that GPU; undefined, and `notify` hears why, when it cannot be used. */
  engineOnGpu(gpu: string, notify: Notify): Promise<EngineDescription | undefined> {
    this.#onGpu ??= openOnGpu(gpu, notify).then((engine) => engine && describe(engine));
    return this.#onGpu;
  }
}

async function describe(engine: Engine): Promise<EngineDescription> {
  await engine.dispose();
  return engine.description;
}

/** Loads the data, builds the network, tries the engine and plans the runs; writes nothing. */
export async function prepareStudy(
  request: {
    readonly options: StudyOptions;
    readonly dataDir: string | undefined;
    readonly notify: Notify;
    /** In place of the network of the model that the options name; it is trained already. */
    readonly network?: NetworkSpec | undefined;
    /** Told as soon as the engine is known. */
    readonly onEngine?: (engine: EngineDescription) => void;
  },
  resources = new StudyResources(),
): Promise<PreparedStudy> {
  const { options, dataDir, onEngine } = request;
  const notify = resources.once(request.notify);
  // A compiler is asked, or a GPU, while files are read; what is wrong with model and data is told first.
  const asked = Promise.all([
    resources.engine(options.engine, notify),
    options.engine === "auto" ? resources.gpu() : undefined,
  ]);
  // What a GPU is weighed against may not be what computes, and how much goes on at once in one thread is the network's to say.
  const isSettled = (engine: EngineDescription, gpu: string | undefined) =>
    gpu === undefined && engine.maxWorkers === undefined;
  asked.then(
    ([engine, gpu]) => isSettled(engine, gpu) && onEngine?.(engine),
    () => {},
  );
  const model = await resolveModel(options.model, { dataDir });
  const { folder: modelFolder } = model;
  const data = await inPhase("data", () =>
    resources.datasets.open(options.dataset, { dataDir, modelFolder, notify }),
  );
  try {
    const [found, gpu] = await asked;
    for (const message of leftOutNotices(options)) notify(message);
    const pinned = { ...options, dataset: data.options, model: model.options };
    const network = request.network ?? networkOfStudy(pinned, data.facts);
    if (request.network !== undefined) refuseOtherExamples(network, data.facts);
    const weights = await findWeights({ ...options.train, ofModel: model.weights }, network, dataDir);
    const isTrained = weights !== undefined || request.network !== undefined;
    const outlineOn = (engine: EngineDescription) =>
      outlineStudy({ ...pinned, engine: engine.name }, data.facts, engine, weights, network, isTrained);
    let outline = outlineOn(found);
    if (gpu !== undefined) {
      const faster = await fasterEngine(outline, gpu, resources, notify);
      if (faster !== found) outline = outlineOn(faster);
    }
    if (!isSettled(found, gpu)) onEngine?.(outline.engine);
    const idle = idleSeedsNotice(outline.plan, outline.settings, options.seeds);
    if (idle !== undefined) notify(idle);
    return { ...outline, data };
  } catch (error) {
    data.release();
    throw error;
  }
}

/** Which controls of the study some of its methods cannot have. */
function leftOutNotices({ prune }: StudyOptions): string[] {
  return controlsLeftOut(prune).map(({ control, methods }) => {
    const reasons = methods.map(({ method, reason }) => `${method} (${reason})`).join(", ");
    return `prune.controls: ${control} is left out for ${reasons}.`;
  });
}

function takesTexts({ name }: StudyOptions["model"]): boolean {
  return models.named(name).readsTokens === true;
}

/** Throws when the model does not fit the data. */
function networkOfStudy({ model }: StudyOptions, facts: DatasetFacts): NetworkSpec {
  const { name, vocabulary } = facts;
  if ((vocabulary !== undefined) !== takesTexts(model)) {
    const [takes, has] = vocabulary === undefined ? ["texts", "none"] : ["no texts", "nothing else"];
    const fitting = models
      .list()
      .filter((entry) => (entry.readsTokens === true) === (vocabulary !== undefined));
    throw inputError(`The model ${model.name} takes ${takes}, and the dataset ${name} has ${has}.`, {
      hint: `Models that take it: ${fitting.map((entry) => entry.name).join(", ")}.`,
    });
  }
  const network = networkFor(model, facts);
  refuseOtherVocabulary(network, facts);
  return network;
}

function networkFor(model: StudyOptions["model"], { shape, targets }: DatasetFacts): NetworkSpec {
  return targets.kind === "classes"
    ? buildNetwork(model, shape, targets.classes, "softmax-cross-entropy")
    : buildNetwork(model, shape, targets.width, "mean-squared-error");
}

/** A piece is the number of a row of the embeddings: the same one only by the tokenizer that they were made with. */
function refuseOtherVocabulary({ layers }: NetworkSpec, { name, vocabulary }: DatasetFacts): void {
  const [first] = layers;
  if (first?.kind !== "embeddings" || first.vocabulary === vocabulary) return;
  throw inputError(
    `The network knows ${first.vocabulary} pieces, and the tokenizer of the dataset ${name} has ${vocabulary}.`,
    { hint: "They have to be those of one model." },
  );
}

/** For a network that was not made for the data. */
function refuseOtherExamples(network: NetworkSpec, facts: DatasetFacts): void {
  const { inputShape, layers, loss } = network;
  const { name, targets } = facts;
  refuseOtherVocabulary(network, facts);
  const [longest = 0] = facts.shape;
  // Texts are as long as they are.
  const shape =
    facts.vocabulary !== undefined && readsTokens(network) && longest <= (inputShape[0] ?? 0)
      ? inputShape
      : facts.shape;
  const last = layers.findLast(hasWeights);
  const outputs = last?.kind === "dense" ? last.outputs : 0;
  const takes = `${inputShape.join("x")} to ${outputs} ${loss === "softmax-cross-entropy" ? "classes" : "values"}`;
  const width = targets.kind === "classes" ? targets.classes : targets.width;
  const has = `${shape.join("x")} to ${width} ${targets.kind}`;
  if (takes !== has) throw inputError(`The network is for ${takes}, and the examples of ${name} are ${has}.`);
}

/** What follows from the options once data and engine are known. Throws when the model does not fit the data. */
export function outlineStudy(
  options: StudyOptions,
  dataset: DatasetFacts,
  engine: EngineDescription,
  weights?: GivenWeights,
  network = networkOfStudy(options, dataset),
  /** Whether the dense network is there already. */
  isTrained = weights !== undefined,
): StudyOutline {
  refuseOtherTask(options, dataset);
  refuseBestOfNone(options, dataset);
  refuseUnmeasurable(options, dataset);
  if (options.evaluate?.shrunk && readsTokens(network)) {
    throw inputError(
      "evaluate.shrunk counts units without which a network computes the same, and a transformer's are not followed. Leave it out.",
    );
  }
  const { from: _from, names: _names, ...train } = options.train;
  const settings: RunSettings = {
    network,
    initializer: options.model.initializer,
    train,
    ...(weights === undefined ? {} : { weights }),
    finetune: options.prune.finetune,
    ...(options.prune.train === undefined ? {} : { prunedTraining: options.prune.train }),
    prunable: prunableTensors(network, options.prune).map(({ name }) => name),
    ...(options.evaluate === undefined ? {} : { evaluate: options.evaluate }),
  };
  const identity = {
    settings,
    datasetChecksum: dataset.checksum,
    engineIdentity: engine.identity,
    plugins: pluginsOf(options),
  };
  const plan = planStudy({ ...identity, options, trainExamples: dataset.examples.train });
  refuseNothingToTrainOn(plan, isTrained, dataset);
  return {
    options,
    dataset,
    engine: forNetwork(engine, settings),
    settings,
    plan,
    recipe: recipeHash(identity),
  };
}

/** Networks that an engine trains one after the other are not in memory together. */
function forNetwork(engine: EngineDescription, { network, train }: RunSettings): EngineDescription {
  const isShared = engine.maxWorkers === undefined || fitsLanes(network, train.batchSize);
  return isShared ? engine : { ...engine, maxWorkers: 1 };
}

/** Whether there are accuracies is known only once the data are. */
function refuseOtherTask({ metrics = [] }: StudyOptions, { name, targets }: DatasetFacts): void {
  const [first] = taskFaults(metrics, targets.kind === "classes" ? "classification" : "regression");
  if (first === undefined) return;
  const { index, fault } = first;
  throw inputError(
    `metrics.${index}.formula, column ${fault.at + 1} of it, with the dataset ${name}: ${fault.message}`,
  );
}

/** How many examples are held out is known only once the data are, where a column of a table says it. */
function refuseBestOfNone({ prune }: StudyOptions, { name, examples }: DatasetFacts): void {
  if (prune.finetune === null || examples.validation > 0) return;
  if (prune.finetune.select === "best") {
    throw inputError(
      `prune.finetune.select is best, which is chosen on validation examples, and ${name} has none. Write last.`,
    );
  }
  if (prune.finetune.learningRate === undefined) return;
  throw inputError(
    `prune.finetune.learningRate lists rates, which are chosen from on validation examples, and ${name} has none. Leave it out.`,
  );
}

/** Whether there are classes, or images, is known only once the data are. */
function refuseUnmeasurable(
  { evaluate }: StudyOptions,
  { name, targets, shape, vocabulary, examples }: DatasetFacts,
): void {
  const key = (["classes", "calibration", "sweetSpot"] as const).find((each) => evaluate?.[each]);
  if (key !== undefined && targets.kind !== "classes") {
    throw inputError(`evaluate.${key} is measured on classes, and ${name} has none. Leave it out.`);
  }
  if (evaluate?.sweetSpot && vocabulary === undefined && examples.validation === 0) {
    throw inputError(
      `evaluate.sweetSpot is chosen on validation examples, and ${name} has none. Set dataset.validation, or leave it out.`,
    );
  }
  if (evaluate !== undefined && evaluate.corruptions.length > 0 && shape.length !== 3) {
    throw inputError(`evaluate.corruptions are done to images, and ${name} has none. Leave them out.`);
  }
}

/** What identifies the plugins that bring the data or the network; nothing without any, so that hashes stay. */
function pluginsOf({ dataset, model }: StudyOptions): Readonly<Record<string, string>> {
  const origins = {
    datasetPlugin: datasets.originOf(dataset.name),
    modelPlugin: models.originOf(model.name),
  };
  return Object.fromEntries(Object.entries(origins).filter(([, origin]) => origin !== undefined)) as Record<
    string,
    string
  >;
}
