import { charts } from "../charts/registry.ts";
import { corruptions } from "../datasets/corruptions/registry.ts";
import { datasets } from "../datasets/registry.ts";
import { engines } from "../engines/registry.ts";
import { exportFormats } from "../exporting/registry.ts";
import { metrics } from "../metrics/registry.ts";
import { models } from "../models/registry.ts";
import { allocations } from "../pruning/allocations/registry.ts";
import { constructions } from "../pruning/constructions/registry.ts";
import { controls } from "../pruning/controls/registry.ts";
import { criteria } from "../pruning/criteria/registry.ts";
import { methods } from "../pruning/methods.ts";
import { recoveries } from "../pruning/recoveries/registry.ts";
import { schedules } from "../pruning/schedules/registry.ts";
import { structures } from "../pruning/structures/registry.ts";

/** Everything that is registered, by kind: what `list` shows. */
export const registries = {
  datasets,
  models,
  methods,
  criteria,
  allocations,
  structures,
  schedules,
  recoveries,
  constructions,
  controls,
  metrics,
  corruptions,
  charts,
  engines,
  formats: exportFormats,
} as const;
