import { lastOf } from "../experiment/plan.ts";
import type { StudyOutline } from "../experiment/prepare.ts";
import { type RunKind, workOf } from "../experiment/runs/index.ts";
import { wrap } from "../foundations/wrap.ts";
import type { SweepPlan } from "../library/sweep.ts";
import { parameterCount, parameterSpecs } from "../network/parameters.ts";
import { againText } from "../scheduling/again.ts";

/** What a sweep would do, for `--dry-run`: as facts, and as text. */
export function planReport(plan: SweepPlan, columns: number | undefined) {
  const { outline, folder, stored, again } = plan;
  const facts = { ...outlineFacts(outline, folder), stored, again };
  const { methods, sparsities } = plan.outline.options.prune;
  return { facts, text: fitLines(planText(facts, methods.length, sparsities.length), columns) };
}

type PlanFacts = ReturnType<typeof outlineFacts> & Pick<SweepPlan, "stored" | "again">;

/** The facts of a sweep that hold whatever its folder has already. */
export function outlineFacts(study: StudyOutline, folder: string) {
  const { options, dataset, engine, plan, settings } = study;
  const { network, prunable } = settings;
  const filling = new Set(plan.cells.map(lastOf)).size;
  const count = (kind: RunKind) => plan.runs.filter((run) => run.kind === kind).length;
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
    engine: engine.name,
    device: engine.device,
    cells: plan.cells.length,
    seeds: options.seeds.length,
    baselines: count("baseline"),
    checkpoints: count("checkpoint"),
    points: count("point"),
    quantized: count("quantized"),
    /** Points that fill no row, but lead to one that does. */
    levels: count("point") + count("quantized") - filling,
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

function storedLine({ stored, baselines, checkpoints, points, quantized }: PlanFacts): string {
  return `stored   ${stored} of ${baselines + checkpoints + points + quantized} runs are in the folder already`;
}

function planText(facts: PlanFacts, methods: number, sparsities: number): string {
  const number = (value: number) => value.toLocaleString("en");
  const { train, validation, test } = facts.examples;
  const shared = facts.cells - (facts.points + facts.quantized - facts.levels);
  const runs = [
    plural(facts.baselines, "baseline"),
    ...(facts.checkpoints > 0 ? [plural(facts.checkpoints, "checkpoint")] : []),
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
    `grid     ${plural(methods, "method")} x ${sparsities} ${sparsities === 1 ? "sparsity" : "sparsities"} x ${plural(facts.seeds, "seed")} = ${plural(facts.cells, "row")}`,
    `runs     ${runs}${shared > 0 ? ` (${plural(shared, "row")} ${shared === 1 ? "shares" : "share"} a run)` : ""}, ${number(facts.steps)} optimizer steps`,
    ...(facts.stored > 0 || facts.again.runs > 0 ? [storedLine(facts)] : []),
    ...(facts.again.runs > 0 ? [againText(facts.again)] : []),
    "Nothing was computed or written.",
  ];
  return `${lines.join("\n")}\n`;
}
