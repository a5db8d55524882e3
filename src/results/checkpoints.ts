import { type Cell, lastOf } from "../experiment/plan.ts";
import type { StudyOutline } from "../experiment/prepare.ts";
import { keepsWeights, type Run, testedOf } from "../experiment/runs/index.ts";
import { packageVersion } from "../foundations/paths.ts";
import { describeCheckpoint } from "../recording/checkpoint.ts";
import type { ResultsFolder } from "../recording/results-folder.ts";
import type { ResultRow } from "../recording/rows.ts";
import type { StoredRuns } from "../scheduling/share.ts";
import type { RunStore } from "../scheduling/store.ts";

/** Which weights become safetensors files. */
export type CheckpointChoice = "all" | "baselines" | "none";

/**
 * Writes one safetensors file a baseline, and with `all` one a cell of the grid, each with what it is in its metadata
 * (docs/checkpoints.md lists the keys). Returns the names of the files.
 */
export async function writeCheckpoints(
  folder: ResultsFolder,
  study: StudyOutline,
  store: RunStore,
  choice: CheckpointChoice,
  { stored, results }: { readonly stored: StoredRuns; readonly results: readonly ResultRow[] },
): Promise<string[]> {
  if (choice === "none") return [];
  const { plan } = study;
  const baselines = plan.runs
    .filter(keepsWeights)
    .map((run) => ({ id: run.id, label: run.label, metadata: denseMetadata(run, stored) }));
  // The rows are those of the grid, in its order.
  const points =
    choice === "all"
      ? plan.cells.map((cell, i) => ({
          id: lastOf(cell),
          label: cell.label,
          metadata: prunedMetadata(cell, results[i]),
        }))
      : [];
  const files: string[] = [];
  for (const { id, label, metadata } of [...baselines, ...points]) {
    const file = `checkpoints/${label}.safetensors`;
    const bytes = await store.readCheckpoint(id);
    await folder.write(
      file,
      describeCheckpoint(bytes, file, { ...studyMetadata(study), run: label, ...metadata }),
    );
    files.push(file);
  }
  return files;
}

/** What all networks of a study have in common. `format` is what the Python packages look for. */
function studyMetadata({ options, dataset, engine, settings, recipe }: StudyOutline) {
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
    test_examples: dataset.examples.test,
    normalize: "normalize" in options.dataset ? JSON.stringify(options.dataset.normalize) : null,
    model: options.model.name,
    network: JSON.stringify(settings.network),
  });
}

function denseMetadata(run: Run, stored: StoredRuns) {
  const result = stored.get(run.id)?.result;
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
  "target_sparsity",
  "sparsity",
  "accuracy",
  "loss",
  "status",
] as const satisfies readonly (keyof ResultRow)[];

function prunedMetadata({ label }: Cell, row: ResultRow | undefined) {
  if (row === undefined) throw new Error(`${label}: it has no row`);
  return texts(Object.fromEntries(FROM_ROW.map((column) => [column, row[column]])));
}

/** As safetensors holds them; what is not known is left out. Numbers read back as the same number. */
function texts(values: Readonly<Record<string, string | number | null>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (value === null ? [] : [[key, String(value)]])),
  );
}
