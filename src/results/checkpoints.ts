import { type Cell, lastOf, pointRunOf } from "../experiment/plan.ts";
import type { StudyOutline } from "../experiment/prepare.ts";
import { keepsWeights, maskedOf, type Run, type RunResult, testedOf } from "../experiment/runs/index.ts";
import { packageVersion } from "../foundations/paths.ts";
import type { NetworkSpec } from "../network/specification.ts";
import type { ResultRow } from "../recording/rows.ts";
import type { StoredRuns } from "../scheduling/share.ts";

/** Which weights become safetensors files. */
export type CheckpointChoice = "all" | "baselines" | "none";

/** A file of weights: whose they are, and what it says of itself (docs/checkpoints.md lists the keys). */
export interface CheckpointFile {
  readonly file: string;
  /** Id of the run that keeps the weights. */
  readonly run: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** One safetensors file a baseline, and with `all` one a cell of the grid; `results` are the grid's rows, in its order. */
export function checkpointFiles(
  study: StudyOutline,
  choice: CheckpointChoice,
  { stored, results }: { readonly stored: StoredRuns; readonly results: readonly ResultRow[] },
): CheckpointFile[] {
  if (choice === "none") return [];
  const { plan } = study;
  const common = studyMetadata(study);
  const file = (run: string, label: string, metadata: Readonly<Record<string, string>>) => ({
    file: `checkpoints/${label}.safetensors`,
    run,
    metadata: { ...common, run: label, ...metadata },
  });
  const baselines = plan.runs
    .filter(keepsWeights)
    .map((run) => file(run.id, run.label, denseMetadata(run, stored.get(run.id)?.result)));
  const points =
    choice === "all"
      ? plan.cells.map((cell, i) =>
          file(lastOf(cell), cell.label, {
            ...prunedMetadata(rowOf(cell, results[i])),
            ...prunableMetadata(stored.get(pointRunOf(cell))?.result),
            ...networkMetadata(stored.get(lastOf(cell))?.result.network),
          }),
        )
      : [];
  return [...baselines, ...points];
}

/** What all networks of a study have in common. `format` is what the Python packages look for. */
export function studyMetadata({ options, dataset, engine, settings, recipe }: StudyOutline) {
  const { checksum: _, ...datasetOptions } = { ...options.dataset, ...tokenizerOf(options) };
  return texts({
    format: "pt",
    tool: "prune-lab",
    tool_version: packageVersion(),
    engine: engine.name,
    engine_identity: engine.identity,
    study: options.name,
    recipe,
    dataset: dataset.name,
    dataset_sha256: dataset.checksum,
    dataset_options: JSON.stringify(datasetOptions),
    test_examples: dataset.examples.test,
    normalize: "normalize" in options.dataset ? JSON.stringify(options.dataset.normalize) : null,
    model: options.model.name,
    ...networkMetadata(settings.network),
    prunable: JSON.stringify(settings.prunable),
  });
}

/** The folder by which texts are cut, where that is the model's: the network of the checkpoint names none. */
function tokenizerOf({ dataset, model }: StudyOutline["options"]): { readonly tokenizer?: string } {
  if (!("tokenizer" in dataset) || dataset.tokenizer !== null) return {};
  return "path" in model && typeof model.path === "string" ? { tokenizer: model.path } : {};
}

/** Of a network that has other such tensors than the study's own. */
function prunableMetadata(result: RunResult | undefined): Record<string, string> {
  const tensors = (result && maskedOf(result))?.measure.tensors ?? [];
  return { prunable: JSON.stringify(tensors.filter(({ prunable }) => prunable).map(({ name }) => name)) };
}

/** Nothing for a network that is the study's own. */
function networkMetadata(network: NetworkSpec | undefined): Record<string, string> {
  return network === undefined ? {} : { network: JSON.stringify(network) };
}

export function denseMetadata(run: Run, result: RunResult | undefined) {
  const measured = result === undefined || result.status === "diverged" ? null : testedOf(result);
  return texts({
    seed: run.seed,
    target_sparsity: 0,
    sparsity: 0,
    accuracy: measured?.accuracy ?? null,
    loss: measured?.loss ?? null,
    status: result?.status ?? null,
  });
}

const FROM_ROW = [
  "seed",
  "method",
  "criterion",
  "allocation",
  "structure",
  "schedule",
  "recovery",
  "quantization",
  "target_sparsity",
  "sparsity",
  "accuracy",
  "loss",
  "status",
] as const satisfies readonly (keyof ResultRow)[];

function rowOf({ label }: Cell, row: ResultRow | undefined): ResultRow {
  if (row === undefined) throw new Error(`${label}: it has no row`);
  return row;
}

/** What a row says of a network, as far as its file says it too. */
export type PrunedRow = { readonly [Column in (typeof FROM_ROW)[number]]?: ResultRow[Column] | undefined };

export function prunedMetadata(row: PrunedRow) {
  return texts(Object.fromEntries(FROM_ROW.map((column) => [column, row[column] ?? null])));
}

/** As safetensors holds them; what is not known is left out. Numbers read back as the same number. */
function texts(values: Readonly<Record<string, string | number | null>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (value === null ? [] : [[key, String(value)]])),
  );
}
