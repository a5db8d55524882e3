import { lastOfEach } from "../experiment/plan.ts";
import type { StudyOutline } from "../experiment/prepare.ts";
import { type RunKind, workOf } from "../experiment/runs/index.ts";
import { wrap } from "../foundations/wrap.ts";
import type { SweepPlan } from "../library/sweep.ts";
import { parameterCount, parameterSpecs } from "../network/parameters.ts";
import { constructions } from "../pruning/constructions/registry.ts";
import { isConstructed } from "../pruning/method.ts";
import { againText } from "../scheduling/again.ts";

/** What a sweep would do, for `--dry-run`: as facts, and as text. */
export function planReport(plan: SweepPlan, columns: number | undefined) {
  const { outline, folder, stored, again } = plan;
  const facts = { ...outlineFacts(outline, folder), stored, again };
  return { facts, text: fitLines(planText(facts, gridText(outline)), columns) };
}

type PlanFacts = ReturnType<typeof outlineFacts> & Pick<SweepPlan, "stored" | "again">;

/** The facts of a sweep that hold whatever its folder has already. */
export function outlineFacts(study: StudyOutline, folder: string) {
  const { options, dataset, engine, plan, settings } = study;
  const { network, prunable, weights } = settings;
  const count = (kind: RunKind) => plan.runs.filter((run) => run.kind === kind).length;
  const teachers = count("teacher");
  const points = count("point") + count("constructed");
  const quantized = count("quantized");
  const steps = plan.runs.reduce((sum, run) => sum + workOf(run, settings, dataset.examples).steps, 0);
  const tensors = parameterSpecs(network).map(({ name, shape, size }) => ({
    name,
    shape: shape.join("x"),
    size,
    pruned: prunable.includes(name),
  }));
  return {
    study: options.name,
    folder,
    dataset: dataset.name,
    examples: dataset.examples,
    model: options.model.name,
    parameters: parameterCount(network),
    tensors,
    ...(weights === undefined ? {} : { weights: { file: weights.file, sha256: weights.sha256 } }),
    engine: engine.name,
    device: engine.device,
    cells: plan.cells.length,
    seeds: options.seeds.length,
    ...(options.seedRule === undefined ? {} : { seedsAtMost: options.seedRule.atMost }),
    baselines: count("baseline"),
    checkpoints: count("checkpoint"),
    ...(teachers > 0 ? { teachers } : {}),
    /** Pruned and constructed networks. */
    points,
    quantized,
    /** Points that fill no row, but lead to one that does. */
    levels: points + quantized - new Set(plan.cells.flatMap(lastOfEach)).size,
    steps,
  };
}

/** Lines behind a word in the first nine columns, wrapped in their place. */
function fitLines(text: string, columns = Number.POSITIVE_INFINITY): string {
  return text
    .split("\n")
    .flatMap((line) => {
      const indent = /^[a-z]+ +/.exec(line)?.[0].length === INDENT ? INDENT : 0;
      if (line.length <= columns || line.startsWith(" ")) return [line];
      const [first = "", ...more] = wrap(line.slice(indent), columns - indent);
      return [line.slice(0, indent) + first, ...more.map((part) => " ".repeat(indent) + part)];
    })
    .join("\n");
}

const INDENT = 9;

/** `1 seed`, `3 seeds` */
function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function storedLine({ stored, baselines, checkpoints, teachers = 0, points, quantized }: PlanFacts): string {
  const runs = baselines + checkpoints + teachers + points + quantized;
  return `stored   ${stored} of ${runs} runs are in the folder already`;
}

/** `2 methods x 3 sparsities x 2 seeds`, and of networks that have a sparsity of their own how many. */
function gridText({ plan: { cells }, options }: StudyOutline): string {
  const methods = new Map(cells.map(({ method }) => [method.name, method]));
  const constructed = [...methods.values()].filter(
    (method) => isConstructed(method) && constructions.named(method.construction.name).takesSparsity !== true,
  ).length;
  const { sparsities } = options.prune;
  const { seedRule } = options;
  const seeds = plural(options.seeds.length, "seed");
  const pruned = methods.size - constructed;
  const parts = [
    ...(pruned > 0
      ? [
          `${plural(pruned, "method")} x ${sparsities.length} ${sparsities.length === 1 ? "sparsity" : "sparsities"} x ${seeds}`,
        ]
      : []),
    ...(constructed > 0 ? [`${plural(constructed, "constructed network")} x ${seeds}`] : []),
  ];
  const more =
    seedRule === undefined
      ? ""
      : `; seeds are added up to ${seedRule.atMost}, until every 95% interval is within ±${seedRule.until}`;
  return `${parts.join(", ")} = ${plural(cells.length, "row")}${more}`;
}

function planText(facts: PlanFacts, grid: string): string {
  const number = (value: number) => value.toLocaleString("en");
  const { train, validation, test } = facts.examples;
  const shared = facts.cells - (facts.points + facts.quantized - facts.levels);
  const runs = [
    plural(facts.baselines, "baseline"),
    ...(facts.checkpoints > 0 ? [plural(facts.checkpoints, "checkpoint")] : []),
    ...(facts.teachers === undefined ? [] : [plural(facts.teachers, "teacher")]),
    `${plural(facts.points, "point")}${facts.levels > 0 ? `, of which ${facts.levels} lead to others` : ""}`,
    ...(facts.quantized > 0 ? [`${facts.quantized} quantized`] : []),
  ].join(", ");
  const nameWidth = Math.max(...facts.tensors.map(({ name }) => name.length));
  const shapeWidth = Math.max(...facts.tensors.map(({ shape }) => shape.length));
  const lines = [
    `study    ${facts.study}, to be written to ${facts.folder}`,
    `dataset  ${facts.dataset}: ${number(train)} training, ${number(validation)} validation, ${number(test)} test examples`,
    `engine   ${facts.engine} (${facts.device})`,
    `model    ${facts.model}, ${number(facts.parameters)} parameters`,
    ...facts.tensors.map(
      ({ name, shape, size, pruned }) =>
        `           ${name.padEnd(nameWidth)}  ${shape.padStart(shapeWidth)}  ${number(size).padStart(12)}  ${pruned ? "pruned" : "kept whole"}`,
    ),
    ...(facts.weights === undefined
      ? []
      : [
          `weights  read from ${facts.weights.file} (SHA-256 ${facts.weights.sha256.slice(0, 12)}...), not trained`,
        ]),
    `grid     ${grid}`,
    `runs     ${runs}${shared > 0 ? ` (${plural(shared, "row")} ${shared === 1 ? "shares" : "share"} a run)` : ""}, ${number(facts.steps)} optimizer steps`,
    ...(facts.stored > 0 || facts.again.runs > 0 ? [storedLine(facts)] : []),
    ...(facts.again.runs > 0 ? [againText(facts.again)] : []),
    "Nothing was computed or written.",
  ];
  return `${lines.join("\n")}\n`;
}
