import * as z from "zod";
import type { DatasetEntry } from "../datasets/dataset.ts";
import { datasets } from "../datasets/registry.ts";
import { failure } from "../foundations/errors.ts";
import { loadPlugin, type PluginKind, type PluginReference } from "../foundations/plugins.ts";
import type { Entry, Registry } from "../foundations/registry.ts";
import type { Metric } from "../metrics/metric.ts";
import { metrics } from "../metrics/registry.ts";
import { defineModel, type ModelEntry } from "../models/model.ts";
import { models } from "../models/registry.ts";
import { sizeOf } from "../network/shapes.ts";
import type { Allocation } from "../pruning/allocation.ts";
import { allocations } from "../pruning/allocations/registry.ts";
import { criteria } from "../pruning/criteria/registry.ts";
import { type AnyCriterion, scoreEach, tensorOf } from "../pruning/criterion.ts";
import { recoveries } from "../pruning/recoveries/registry.ts";
import type { Recovery } from "../pruning/recovery.ts";
import type { Schedule } from "../pruning/schedule.ts";
import { schedules } from "../pruning/schedules/registry.ts";
import type { Structure } from "../pruning/structure.ts";
import { structures } from "../pruning/structures/registry.ts";
import { countLowest, pruneLowest, roundHalfToEven } from "../pruning/top-k.ts";

/** What shapes runs and may come from a plugin: the types that the built-in members are written against. */
export interface RunPlugin {
  readonly criteria?: readonly AnyCriterion[];
  readonly allocations?: readonly Allocation[];
  readonly structures?: readonly Structure[];
  readonly schedules?: readonly Schedule[];
  readonly recoveries?: readonly Recovery[];
  readonly models?: readonly ModelEntry[];
  readonly datasets?: readonly DatasetEntry[];
  readonly metrics?: readonly Metric[];
}

/** What a plugin that is a function is called with, so that it needs no imports. */
export const pluginTools = { z, scoreEach, tensorOf, sizeOf, roundHalfToEven, pruneLowest, countLowest };

const into = <Member extends Entry>(
  registry: Registry<Member>,
  fields: PluginKind["fields"],
): PluginKind => ({
  kind: registry.kind,
  add: (entry: Member, origin) => registry.add(entry, origin),
  fields,
});

/** Where the members of a plugin go that shape runs. */
export const runPluginKinds = {
  criteria: into<AnyCriterion>(criteria, {
    "options?": "options",
    scores: "function",
    "needs?": "function",
    "rounds?": "function",
  }),
  allocations: into<Allocation>(allocations, { "options?": "options", exact: "text", counts: "function" }),
  structures: into<Structure>(structures, {
    "options?": "options",
    units: "function",
    "select?": "function",
  }),
  schedules: into<Schedule>(schedules, { "options?": "options", levels: "function", "during?": "function" }),
  recoveries: into<Recovery>(recoveries, { "options?": "options", retraining: "function" }),
  models: {
    kind: models.kind,
    add: (entry: ModelEntry, origin) => models.add(defineModel(entry), origin),
    fields: { "options?": "options", layers: "function" },
  },
  datasets: into<DatasetEntry>(datasets, { "options?": "options", resultNames: "list", load: "function" }),
  metrics: {
    kind: metrics.kind,
    // Before those that are there: what a plugin measures is what its results are judged by.
    add: (entry: Metric, origin) => metrics.add(entry, origin, "first"),
    fields: {
      tasks: "list",
      noun: "text",
      better: "text",
      digits: "mapping",
      axis: "text",
      figures: "mapping",
      history: "mapping",
      difference: "mapping",
      good: "text",
    },
  },
} satisfies Readonly<Record<keyof RunPlugin, PluginKind>>;

/** Loads in a worker what was loaded where the study was planned; what does not shape runs is of no concern there. */
export async function loadRunPlugins(plugins: readonly PluginReference[]): Promise<void> {
  for (const { file, sha256 } of plugins) {
    const loaded = await loadPlugin(file, runPluginKinds, { tools: pluginTools, elsewhere: ["charts"] });
    if (loaded.sha256 !== sha256) {
      throw failure(`${file} changed while the sweep ran.`, { hint: "Run the same command again." });
    }
  }
}
