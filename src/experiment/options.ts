import type { DatasetOptions } from "../datasets/registry.ts";
import type { FormulaOptions } from "../metrics/formula/options.ts";
import type { ModelOptions } from "../models/registry.ts";
import type { MethodOptions } from "../pruning/methods.ts";
import type { Search } from "../pruning/search.ts";
import type { EvaluateOptions } from "./evaluation/options.ts";
import type { SeedRule } from "./seed-rule.ts";
import type { Finetuning } from "./settings.ts";
import type { TrainOptions } from "./training/options.ts";

/** What things are called where they are shown. They shape no run: hashes and tables know the real names alone. */
export interface Labels {
  readonly methods?: Readonly<Record<string, string>> | undefined;
  /** By what an axis shows: `sparsity`, `size`, `macs`, `epoch`, or a metric. */
  readonly axes?: Readonly<Record<string, string | undefined>> | undefined;
}

/** What a study is: the resolved config, as the experiment sees it. */
export interface StudyOptions {
  readonly name: string;
  readonly dataset: DatasetOptions;
  readonly model: ModelOptions;
  readonly train: TrainOptions;
  readonly prune: {
    readonly methods: readonly MethodOptions[];
    /** Fractions in 0..1. */
    readonly sparsities: readonly number[];
    /** null: no recovery after pruning. */
    readonly finetune: Finetuning | null;
    /** The training of methods that prune before it or meanwhile, in place of `train.epochs`. */
    readonly train?: { readonly epochs: number } | undefined;
    /** Layers that are spared: `fc3`, or `output` for the last. */
    readonly exclude: readonly string[];
    /** Prune biases too. */
    readonly biases: boolean;
    /** Each layer is pruned alone. */
    readonly scan?: "layers" | undefined;
    /** Its methods are among the others. */
    readonly search?: Search | undefined;
    /** Those that are methods are among the others. */
    readonly controls?: readonly string[] | undefined;
  };
  readonly seeds: readonly number[];
  /** What the seeds follow from: those of a config are the first that it runs. */
  readonly seedRule?: SeedRule | undefined;
  readonly engine: string;
  readonly output: { readonly results: string };
  /** Metrics of one's own. They shape no run: what they say is computed from the rows. */
  readonly metrics?: readonly FormulaOptions[] | undefined;
  /** What tests measure beside loss and accuracy. */
  readonly evaluate?: EvaluateOptions | undefined;
  readonly labels?: Labels | undefined;
  /** Papers by name, or paths of CSV files, whose figures stand beside the results. They shape no run. */
  readonly published?: readonly string[] | undefined;
}
