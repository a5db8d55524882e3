import * as z from "zod";

/** What one side of a comparison may lack: nothing, seeds of points that both have, or (true) points as well. */
export type AllowMissing = boolean | "seeds";

/** What a finding means: an error fails the check, a warning is told and passes. */
export type Level = "error" | "warn";

/** The part of a curve that a rule is for, and what holds there. */
export interface PointRule {
  /** Names of methods; undefined for all. */
  readonly methods?: readonly string[] | undefined;
  /** Target sparsities, and `area` for the area under the curve; undefined for all of these. */
  readonly sparsities?: readonly (number | "area")[] | undefined;
  /** Name of a metric. Without one, the level holds for all metrics, and the tolerance for the primary one. */
  readonly metric?: string | undefined;
  readonly tolerance?: number | undefined;
  readonly level?: Level | undefined;
}

/** What holds at one point. */
export interface Threshold {
  /** In the unit of the metric's differences: a smaller drop is no finding. */
  readonly tolerance: number;
  readonly level: Level;
}

const level = () => z.enum(["error", "warn"]);
const tolerance = () => z.number().min(0).max(100);

function ruleSchema() {
  return z.strictObject({
    methods: z.array(z.string()).min(1).optional().describe("Methods that the rule is for. Default: all."),
    sparsities: z
      .array(z.union([z.number().min(0).max(1), z.literal("area")]))
      .min(1)
      .optional()
      .describe("Sparsities that it is for, and `area`, the area under the curve. Default: all of these."),
    metric: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .describe(
        "The metric that it is for: accuracy, loss, or one of the config's own. Default: its level is for all, its tolerance for accuracy (of a regression, loss).",
      ),
    tolerance: tolerance().optional().describe("The tolerance there."),
    level: level().optional().describe("The level there."),
  });
}

/** The `check` section of a config. */
export function checkSchema() {
  return z
    .strictObject({
      alpha: z
        .number()
        .gt(0)
        .lt(0.5)
        .default(0.05)
        .describe("Of checks in which nothing got worse, the fraction that may find a drop all the same."),
      tolerance: tolerance()
        .nullable()
        .default(null)
        .describe(
          "A drop up to this is none: percentage points of accuracy, or percent of a loss. null: the metric's own. A metric of the config has its own tolerance.",
        ),
      level: level()
        .default("error")
        .describe("error: a finding ends with 1. warn: it is told, and ends with 0."),
      allowMissing: z
        .union([z.boolean(), z.literal("seeds")])
        .default(false)
        .describe("What one side may lack: seeds, or points too (true)."),
      failOnStale: z
        .boolean()
        .default(false)
        .describe("A baseline that was made with other settings ends with 2."),
      points: z
        .array(ruleSchema())
        .default([])
        .describe(
          "Other tolerances and levels for methods, sparsities or metrics; of two rules for a point, the later.",
        ),
    })
    .describe("How `prune-lab check` compares these results with a baseline. Shapes no run.");
}

/** The section with every default. */
export type CheckSettings = z.output<ReturnType<typeof checkSchema>>;

/** A point of a method's curve, or the area under it (`sparsity` null), by one metric. */
export interface CurvePlace {
  readonly method: string;
  readonly sparsity: number | null;
  readonly metric: string;
  /** Whether that is the one that the study is judged by. */
  readonly primary: boolean;
}

/** Whether a rule is for a place. */
export function applies(rule: PointRule, { method, sparsity, metric }: CurvePlace): boolean {
  return (
    (rule.methods?.includes(method) ?? true) &&
    (rule.sparsities?.includes(sparsity ?? "area") ?? true) &&
    (rule.metric ?? metric) === metric
  );
}

/** What holds at a place: of several rules, the later. */
export function thresholdAt(place: CurvePlace, rules: readonly PointRule[], otherwise: Threshold): Threshold {
  const found: { -readonly [Key in keyof Threshold]: Threshold[Key] } = { ...otherwise };
  for (const { metric, tolerance, level } of rules.filter((rule) => applies(rule, place))) {
    // An amount without a metric is in the unit of the primary one.
    if (metric !== undefined || place.primary) found.tolerance = tolerance ?? found.tolerance;
    found.level = level ?? found.level;
  }
  return found;
}
