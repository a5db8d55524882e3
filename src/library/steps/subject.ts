import * as z from "zod";
import { resolveConfig } from "../../config/load.ts";
import type { Config } from "../../config/schema.ts";
import { datasets } from "../../datasets/registry.ts";
import type { StudyOptions } from "../../experiment/options.ts";
import { type PreparedStudy, prepareStudy, StudyResources } from "../../experiment/prepare.ts";
import { inputError } from "../../foundations/errors.ts";
import type { Notify } from "../../foundations/notices.ts";
import { quote } from "../../foundations/quote.ts";
import type { Masks } from "../../network/mask.ts";
import { type Parameters, parameterSpecs } from "../../network/parameters.ts";
import type { NetworkSpec } from "../../network/specification.ts";
import { readTensorFile, type TensorFile, weightsIn } from "../../recording/read-checkpoint.ts";
import type { OnStudyEvent } from "../../scheduling/events.ts";
import { readConfig } from "../request.ts";
import type { CheckpointOptions } from "./options.ts";

/** A trained network, dense or masked, in the study that it is worked on in. */
export interface Subject {
  readonly given: TensorFile;
  readonly parameters: Parameters;
  readonly masks: Masks;
  /** Of the run that it comes from; 0 where it does not say. */
  readonly seed: number;
  /** Its settings have the network of the file. */
  readonly study: PreparedStudy;
}

/** The part of a study's grid that a step plans. */
export type StepGrid = Pick<StudyOptions["prune"], "methods" | "sparsities" | "finetune">;

/** Reads a safetensors file. Throws a PruneLabError of kind `input` that names it when it is none, or damaged. */
export async function readGiven(file: string): Promise<TensorFile> {
  if (file === "") throw inputError("The name of the checkpoint is empty.");
  return readTensorFile(file);
}

/** Of a step that plans nothing: one network that nothing is pruned of. */
export const NO_GRID = (): StepGrid => ({
  methods: ["l1-unstructured"],
  sparsities: [0],
  finetune: null,
});

/** The same of a step that trains it on. */
export const ONLY_FINETUNING = ({ prune: { finetune } }: Config): StepGrid => ({ ...NO_GRID(), finetune });

/** Where a step is at work. */
export interface Workplace {
  readonly resources: StudyResources;
  readonly onEvent: OnStudyEvent;
}

/** Opens the network of a file for some work, and lets go of its data. Throws as openSubject does. */
export async function withSubject<T>(
  given: TensorFile,
  options: CheckpointOptions,
  gridOf: (config: Config) => StepGrid,
  work: (subject: Subject, place: Workplace) => Promise<T>,
): Promise<T> {
  const { onEvent = () => {} } = options;
  const resources = new StudyResources({ workers: 1 });
  const notify = (message: string) =>
    onEvent({ event: "notice", study: given.metadata.study ?? given.file, message });
  const subject = await openSubject(given, { ...options, notify }, resources, gridOf);
  try {
    return await work(subject, { resources, onEvent });
  } finally {
    subject.study.data.release();
  }
}

/**
 * The network of a file with the data and the settings that it is worked on with: those of the config, or as the file has
 * recorded them. `gridOf` says what is planned of them. Throws a PruneLabError of kind `input` for weights that are not
 * the network's, a network that is not for the data, and where neither says what is needed.
 */
async function openSubject(
  given: TensorFile,
  options: CheckpointOptions & { readonly notify: Notify },
  resources: StudyResources,
  gridOf: (config: Config) => StepGrid,
): Promise<Subject> {
  const { file, metadata, network } = given;
  const config = await configOf(given, options);
  const seed = Number(metadata.seed ?? 0);
  const { from: _from, names, ...train } = config.train;
  const { exclude, biases } = config.prune;
  const { dataDir, notify } = options;
  const study = await prepareStudy(
    {
      options: {
        ...config,
        train,
        prune: { ...gridOf(config), exclude, biases },
        seeds: [seed],
        seedRule: undefined,
        evaluate: undefined,
        metrics: undefined,
      },
      dataDir,
      notify,
      network,
    },
    resources,
  );
  try {
    const weights = weightsIn(given, study.settings.network, network === undefined ? names : {});
    const { dataset_sha256: recorded = study.dataset.checksum } = metadata;
    if (recorded !== study.dataset.checksum) {
      notify(
        `The examples are not those that ${file} was made with: ${study.dataset.name}, checksum ` +
          `${study.dataset.checksum.slice(0, 12)}..., in place of ${metadata.dataset}, ${recorded.slice(0, 12)}....`,
      );
    }
    return { given, ...weights, seed, study };
  } catch (error) {
    study.data.release();
    throw error;
  }
}

/** The config that was given, or one that says what the file has recorded. */
async function configOf(given: TensorFile, options: CheckpointOptions): Promise<Config> {
  const { file, metadata, network } = given;
  const { engine } = options;
  const set = [
    ...(options.dataset === undefined ? [] : [`dataset=${datasetText(options.dataset, given)}`]),
    ...(options.set ?? []),
  ];
  if (options.config !== undefined) {
    return readConfig(options.config, { set, ...(engine === undefined ? {} : { engine }) });
  }
  if (network === undefined) {
    throw inputError(
      `${file} does not say which network its weights are of, as a checkpoint of prune-lab does.`,
      {
        hint: "Name a config with its model and its data: --config FILE (docs/checkpoints.md).",
      },
    );
  }
  if (metadata.dataset_options === undefined && options.dataset === undefined) {
    throw inputError(`${file} does not say which data its network is for.`, {
      hint: "Name it: --dataset mnist, or a config: --config FILE",
    });
  }
  const recorded = {
    name: metadata.study ?? "checkpoint",
    dataset: recordedJson(given, "dataset_options", z.looseObject({})) ?? {},
    // The network is the file's.
    model: { name: "mlp" },
    prune: sparing(prunableIn(given), network),
  };
  return resolveConfig(recorded, { set, engine });
}

/** A dataset's mapping with the inputs that the network was trained on, if it can have them. */
function datasetText(name: string, given: TensorFile): string {
  const entry = datasets.find(name);
  if (entry === undefined) throw inputError(datasets.unknown(name));
  const { normalize } = given.metadata;
  const { tokenizer } = recordedJson(given, "dataset_options", z.looseObject({})) ?? {};
  const inputs = {
    ...(normalize === undefined ? {} : { normalize }),
    ...(tokenizer == null ? {} : { tokenizer: JSON.stringify(tokenizer) }),
  };
  const own = Object.entries(inputs).filter(([option]) => option in entry.options.shape);
  return `{ ${[["name", name], ...own].map(([option, value]) => `${option}: ${value}`).join(", ")} }`;
}

/** What of `prune` leaves these tensors to be pruned. */
function sparing(prunable: readonly string[] | undefined, network: NetworkSpec) {
  if (prunable === undefined) return {};
  const tensors = parameterSpecs(network);
  const touched = tensors.filter(({ name }) => prunable.includes(name));
  const layers = new Set(touched.map(({ layer }) => layer));
  return {
    exclude: [...new Set(tensors.map(({ layer }) => layer))].filter((layer) => !layers.has(layer)),
    biases: touched.some(({ role }) => role === "bias"),
  };
}

/** The tensors that pruning may touch, as the file has recorded them; undefined where it has not. */
export function prunableIn(given: TensorFile): readonly string[] | undefined {
  return recordedJson(given, "prunable", z.array(z.string()));
}

function recordedJson<Value>({ file, metadata }: TensorFile, key: string, schema: z.ZodType<Value>) {
  const text = metadata[key];
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw inputError(`${file}: what its metadata has as ${key} cannot be read: ${quote(text)}.`);
  }
}
