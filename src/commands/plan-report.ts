import { lastOf } from "../experiment/plan.ts";
import type { StudyOutline } from "../experiment/prepare.ts";
import { type RunKind, workOf } from "../experiment/runs/index.ts";
import type { SweepPlan } from "../library/sweep.ts";
import { parameterCount, parameterSpecs } from "../network/parameters.ts";
import { againText } from "../scheduling/again.ts";

/** What a sweep would do, for `--dry-run`: as facts, and as text. */
export function planReport(plan: SweepPlan) {
  const { outline, folder, stored, again } = plan;
  const facts = { ...outlineFacts(outline, folder), stored, again };
  const { methods, sparsities } = plan.outline.options.prune;
  return { facts, text: planText(facts, methods.length, sparsities.length) };
}

type PlanFacts = ReturnType<typeof outlineFacts> & Pick<SweepPlan, "stored" | "again">;

/** The facts of a sweep that hold whatever its folder has already. */
export function outlineFacts(study: StudyOutline, folder: string) {
  const { options, dataset, engine, plan, settings } = study;
  const { network, prunable } = settings;
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
    /** Points that fill no row, but lead to one that does. */
    levels: count("point") - new Set(plan.cells.map(lastOf)).size,
    steps,
  };
}

function storedLine({ stored, baselines, checkpoints, points }: PlanFacts): string {
  return `stored   ${stored} of ${baselines + checkpoints + points} runs are in the folder already`;
}

function planText(facts: PlanFacts, methods: number, sparsities: number): string {
  const number = (value: number) => value.toLocaleString("en");
  const { train, validation, test } = facts.examples;
  const shared = facts.cells - (facts.points - facts.levels);
  const runs = [
    `${facts.baselines} baselines`,
    ...(facts.checkpoints > 0 ? [`${facts.checkpoints} checkpoints`] : []),
    `${facts.points} points${facts.levels > 0 ? `, of which ${facts.levels} lead to others` : ""}`,
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
    `grid     ${methods} methods x ${sparsities} sparsities x ${facts.seeds} seeds = ${facts.cells} rows`,
    `runs     ${runs}${shared > 0 ? ` (${shared} rows share a run)` : ""}, ${number(facts.steps)} optimizer steps`,
    ...(facts.stored > 0 || facts.again.runs > 0 ? [storedLine(facts)] : []),
    ...(facts.again.runs > 0 ? [againText(facts.again)] : []),
    "Nothing was computed or written.",
  ];
  return `${lines.join("\n")}\n`;
}
