import * as z from "zod";
import { assembleDataset, wholeOf } from "../../datasets/assemble.ts";
import type { DatasetEntry } from "../../datasets/dataset.ts";
import { splitExamples } from "../../datasets/split.ts";
import { failure, inputError } from "../../foundations/errors.ts";
import { loadPlugin, type PluginReference } from "../../foundations/plugins.ts";
import { randomStream } from "../../foundations/random.ts";
import type { EntryWithOptions } from "../../foundations/registry.ts";
import type { Metric } from "../../metrics/metric.ts";
import { defineModel, type ModelEntry } from "../../models/model.ts";
import { sizeOf } from "../../network/shapes.ts";
import { type Allocation, defineAllocation } from "../../pruning/allocation.ts";
import { type Construction, defineConstruction } from "../../pruning/construction.ts";
import { type AnyCriterion, defineCriterion, scoreEach, tensorOf } from "../../pruning/criterion.ts";
import { defineRecovery, type Recovery } from "../../pruning/recovery.ts";
import { defineSchedule, type Schedule } from "../../pruning/schedule.ts";
import { defineStructure, type Structure } from "../../pruning/structure.ts";
import { countLowest, pruneLowest, roundHalfToEven } from "../../pruning/top-k.ts";
import { runPluginKinds } from "./kinds/index.ts";

/** An entry as a plugin gives it: without options when it has none. */
export type PluginEntry<Member extends EntryWithOptions> = Omit<Member, "options"> & {
  readonly options?: Member["options"];
};

/** What shapes runs and may come from a plugin: the types that the built-in members are written against. */
export interface RunPlugin {
  readonly criteria?: readonly PluginEntry<AnyCriterion>[];
  readonly allocations?: readonly PluginEntry<Allocation>[];
  readonly structures?: readonly PluginEntry<Structure>[];
  readonly schedules?: readonly PluginEntry<Schedule>[];
  readonly recoveries?: readonly PluginEntry<Recovery>[];
  readonly constructions?: readonly PluginEntry<Construction>[];
  readonly models?: readonly PluginEntry<ModelEntry>[];
  readonly datasets?: readonly PluginEntry<DatasetEntry>[];
  readonly metrics?: readonly Metric[];
}

/** What a plugin that is a function is called with, so that it needs no imports. */
export const pluginTools = {
  z,
  inputError,
  randomStream,
  defineCriterion,
  scoreEach,
  tensorOf,
  defineAllocation,
  countLowest,
  roundHalfToEven,
  defineStructure,
  pruneLowest,
  sizeOf,
  defineSchedule,
  defineRecovery,
  defineConstruction,
  defineModel,
  splitExamples,
  wholeOf,
  assembleDataset,
};

/** Loads in a worker what was loaded where the study was planned; what does not shape runs is of no concern there. */
export async function loadRunPlugins(plugins: readonly PluginReference[]): Promise<void> {
  for (const { file, sha256 } of plugins) {
    const loaded = await loadPlugin(file, runPluginKinds, { tools: pluginTools, elsewhere: ["charts"] });
    if (loaded.sha256 !== sha256) {
      throw failure(`${file} changed while the sweep ran.`, { hint: "Run the same command again." });
    }
  }
}
