import { dataset } from "./dataset.ts";
import { metric } from "./metric.ts";
import { model } from "./model.ts";
import { allocation, construction, criterion, recovery, schedule, structure } from "./pruning.ts";

/** By their keys in a plugin. */
export const runPluginKinds = {
  criteria: criterion,
  allocations: allocation,
  structures: structure,
  schedules: schedule,
  recoveries: recovery,
  constructions: construction,
  models: model,
  datasets: dataset,
  metrics: metric,
} as const;
