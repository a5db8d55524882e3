import { contentHash } from "../foundations/hash.ts";
import { parameterSpecs } from "../network/parameters.ts";
import { constructions } from "../pruning/constructions/registry.ts";
import { criteria } from "../pruning/criteria/registry.ts";
import { type Axis, axes, type Chosen, type Method } from "../pruning/method.ts";
import { schedules } from "../pruning/schedules/registry.ts";
import { prunesUnits } from "../pruning/unit-counts.ts";
import type { RunSettings } from "./settings.ts";

/**
 * Versions of the algorithms that shape a run's numbers, part of its hash. Raise one by hand when a change
 * in the code changes numbers; stored runs of the old version are then computed again.
 */
export const ALGORITHM = { initialization: 1, training: 1, pruning: 1, finetuning: 1, measuring: 1 };
/** Version of what a point's record holds beside the numbers of the tables: raised when the charts need more. */
export const POINT_RECORD = 5;

/** Version of what is measured on the validation examples of a network that trains nothing after it was made. */
export const VALIDATED = 1;

/** Version of what constructions make; not of the recipe, which studies without any have too. */
export const CONSTRUCTION = 1;

/** Version of what controls of methods do; not of the recipe, which studies without any have too. */
export const CONTROL = 1;

/** Version of what a record says of units; part of no run that prunes single weights. */
const UNIT_RECORD = 1;

/**
 * Version of the quantizer, and of what a quantized run's record holds; part of no recipe: studies without quantization
 * keep theirs.
 */
export const QUANTIZATION = 1;

/** Version of what `evaluate` measures; not of the recipe: it changes no result. */
const EVALUATION = 1;
/** Version of what a record says of the network without its dead and constant units, where a study asks for that. */
const SHRUNK_RECORD = 2;
/** Version of the statistics of weights and the histograms of all layers, where a study asks for them. */
const STATISTICS_RECORD = 1;

/** What every run of a study depends on. */
export interface StudyIdentity {
  readonly settings: RunSettings;
  readonly datasetChecksum: string;
  readonly engineIdentity: string;
  /** Of the plugins that bring the dataset or the model, by kind; empty without any. */
  readonly plugins: Readonly<Record<string, string>>;
}

/** What a network depends on that is trained from its initial values. */
export function trainingIdentity({ settings, datasetChecksum, engineIdentity, plugins }: StudyIdentity) {
  const { network, initializer, train } = settings;
  return {
    algorithm: [ALGORITHM.initialization, ALGORITHM.training],
    engine: engineIdentity,
    dataset: datasetChecksum,
    network,
    initializer,
    train,
    ...weightsIdentity(settings),
    ...plugins,
  };
}

/** What a dense network is read from; nothing where it is trained. */
function weightsIdentity({ weights }: RunSettings) {
  return weights === undefined ? {} : { weights: { sha256: weights.sha256, names: weights.names } };
}

/** What a run that is tested has to measure beside loss and accuracy; nothing unless the study asks for it. */
export function evaluationIdentity({ evaluate }: RunSettings) {
  if (evaluate === undefined) return {};
  // It is chosen by what is measured anyway.
  const { sweetSpot: _, ...measured } = evaluate;
  const { classes, calibration, corruptions } = measured;
  if (!(classes || calibration || measured.shrunk || measured.weights || corruptions.length > 0)) return {};
  const shrunk = measured.shrunk === true ? { shrunk: SHRUNK_RECORD } : {};
  const weights = measured.weights === true ? { weights: STATISTICS_RECORD } : {};
  return { evaluate: { version: EVALUATION, ...measured, ...shrunk, ...weights } };
}

/**
 * What of a method shapes one pruning, with the plugins that its members come from. The schedule does where it prunes
 * during the recovery, or says what goes first; else it shows in the parents alone.
 */
export function methodIdentity(method: Method) {
  const { criterion, allocation, structure, schedule, target, control, layer } = method;
  const whole = { criterion, allocation, structure, schedule };
  const { during, avoidsDeadInputs } = schedules.named(schedule.name);
  const { version } = criteria.named(criterion.name);
  const scheduleShapes = during !== undefined || avoidsDeadInputs?.(schedule) === true;
  const shaping = Object.keys(whole).filter((axis) => axis !== "schedule" || scheduleShapes);
  return {
    ...Object.fromEntries(
      (shaping as (keyof typeof whole)[]).map((axis) => [axis, memberIdentity(axis, whole[axis])]),
    ),
    ...(version === undefined ? {} : { version }),
    ...(target === "effective" ? { target } : {}),
    ...(control === undefined ? {} : { control: { name: control, version: CONTROL } }),
    ...(layer === undefined ? {} : { layer }),
  };
}

/** What of a method shapes the units that a mask is made of. */
export function structureIdentity({ structure, layer }: Method) {
  return { structure: memberIdentity("structure", structure), ...(layer === undefined ? {} : { layer }) };
}

/** That the record counts units, where several weights are one. */
export function unitIdentity({ structure }: Method, { network }: RunSettings) {
  return prunesUnits(structure, parameterSpecs(network)) ? { units: UNIT_RECORD } : {};
}

/** A construction with its options, and the plugin that it comes from. */
export function constructionIdentity(construction: Chosen) {
  const plugin = constructions.originOf(construction.name);
  return plugin === undefined ? construction : { ...construction, plugin };
}

function memberIdentity(axis: Axis, member: Chosen) {
  const plugin = axes[axis].originOf(member.name);
  return plugin === undefined ? member : { ...member, plugin };
}

/**
 * The `recipe` column: a short hash of everything that shapes the numbers and has no column of its own
 * (split, normalization, initial values, training, fine-tuning, exclusions).
 */
export function recipeHash({
  settings,
  datasetChecksum,
  plugins,
}: Omit<StudyIdentity, "engineIdentity">): string {
  const { network, initializer, train, finetune, prunedTraining, prunable } = settings;
  return contentHash({
    algorithm: ALGORITHM,
    dataset: datasetChecksum,
    network,
    initializer,
    train,
    finetune,
    ...(prunedTraining === undefined ? {} : { prunedTraining }),
    prunable,
    ...weightsIdentity(settings),
    ...plugins,
  }).slice(0, 8);
}
