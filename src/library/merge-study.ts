import path from "node:path";
import { withPictures } from "../charts/rendering/picture-pool.ts";
import type { StudyOptions } from "../experiment/options.ts";
import { outlineStudy, type StudyOutline } from "../experiment/prepare.ts";
import { inputError } from "../foundations/errors.ts";
import { folderHolder } from "../foundations/folder-lock.ts";
import { differences, MANIFEST_FILE, type Manifest, readManifest } from "../recording/manifest.ts";
import { recordedFacts } from "../recording/recorded-facts.ts";
import { RUNS_FOLDER } from "../recording/results-folder.ts";
import type { CheckpointChoice } from "../results/checkpoints.ts";
import { finishStudy, keptArtifacts, openStudy, type StudyOutcome } from "../results/study-folder.ts";
import type { OnStudyEvent } from "../scheduling/events.ts";
import { hasAll } from "../scheduling/share.ts";
import { RunStore } from "../scheduling/store.ts";
import { type Held, RunsInStore } from "../scheduling/stored-runs.ts";

/** Where a run is found, and with what. */
interface Source extends Held {
  readonly store: RunStore;
}

/** A results folder that holds some of a study's runs, and its config. */
export interface Part {
  readonly folder: string;
  readonly options: StudyOptions;
  readonly configText: string;
}

export interface MergeRequest {
  readonly parts: readonly [Part, ...Part[]];
  /** Where the whole is written. */
  readonly folder: string;
  /** Draw charts and the report. */
  readonly charts: boolean;
  readonly onEvent: OnStudyEvent;
}

/**
 * Joins the runs of several folders of one study into the folder that an unsharded sweep would have written, byte
 * for byte but for timings.csv. Needs neither the data nor the engine. Throws a PruneLabError of kind `input`,
 * with nothing written, when the parts are of different studies, when one is in use, or when runs are missing.
 */
export async function mergeStudy({ parts, folder, charts, onEvent }: MergeRequest): Promise<StudyOutcome> {
  // 1. What the parts say of themselves, which must be the same.
  const manifests: { part: Part; manifest: Manifest }[] = [];
  for (const part of parts) manifests.push({ part, manifest: await manifestOfPart(part) });
  const [first] = manifests as [(typeof manifests)[number]];
  for (const other of manifests.slice(1)) refuseDifferent(first, other);
  const study = outlineOf(first.part, first.manifest);
  const checkpoints = checkpointsOf(manifests.map(({ manifest }) => manifest));

  // 2. Where each run is; a damaged one counts as missing.
  const sources = new Map<string, Source>();
  const runs = new Map(study.plan.runs.map((run) => [run.id, run]));
  const keeps = keptArtifacts(study, checkpoints);
  for (const part of parts) {
    const store = new RunStore(path.join(part.folder, RUNS_FOLDER), study.settings.network);
    const lacking = [...runs.keys()].filter((id) => !sources.has(id));
    for await (const [id, { timing, artifacts }] of store.readAll(lacking)) {
      const run = runs.get(id);
      if (run !== undefined && hasAll({ artifacts }, keeps(run)))
        sources.set(id, { store, timing, artifacts });
    }
  }
  refuseMissing(study, sources, manifests);

  // 3. The whole, as a sweep that finds all its runs stored.
  const open = await openStudy({
    study,
    configText: first.part.configText,
    folder,
    checkpoints,
    charts,
    fresh: false,
    runs: study.plan.runs,
    shard: undefined,
    notify: (message) => onEvent({ event: "notice", study: study.options.name, message }),
  });
  try {
    // What is here already, in a part that becomes the whole.
    await open.store.refresh();
    const stored = new RunsInStore(open.store);
    for (const run of study.plan.runs) {
      const { store, timing, artifacts } = sources.get(run.id) as Source;
      const isHere = path.resolve(store.folder) === path.resolve(open.store.folder);
      if (!isHere) await open.store.adopt(store, run.id, keeps(run));
      else if (!artifacts.every((artifact) => keeps(run).includes(artifact))) {
        await open.store.drop(run.id, keeps(run));
      } else await open.store.tidy(run.id, { artifacts });
      stored.add(run.id, { timing, artifacts: keeps(run) });
    }
    await open.store.close();
    return await withPictures((pictures) => finishStudy(open, stored, onEvent, pictures));
  } finally {
    await open.folder.release();
  }
}

async function manifestOfPart({ folder }: Part): Promise<Manifest> {
  const manifest = await readManifest(folder);
  if (manifest === undefined) {
    throw inputError(`${folder} is not a results folder of prune-lab (it has no ${MANIFEST_FILE}).`);
  }
  const holder = await folderHolder(folder);
  if (holder !== undefined) {
    throw inputError(`${folder} is in use by ${holder}: its part is not finished.`, {
      hint: "Wait for it to end, then merge again.",
    });
  }
  return manifest;
}

function refuseDifferent(
  first: { readonly part: Part; readonly manifest: Manifest },
  other: { readonly part: Part; readonly manifest: Manifest },
): void {
  const compared = ({ part, manifest }: typeof first) =>
    JSON.parse(
      JSON.stringify({
        ...manifest.settings,
        methods: part.options.prune.methods,
        sparsities: part.options.prune.sparsities,
        seeds: manifest.seeds?.used ?? part.options.seeds,
        metrics: part.options.metrics,
        // A whole, such as a part that an earlier merge completed, does not say.
        ...(first.manifest.part && other.manifest.part && { checkpoints: manifest.part?.checkpoints }),
      }),
    ) as unknown;
  const lines = differences(compared(first), compared(other));
  if (lines.length === 0) return;
  throw inputError(
    `${other.part.folder} is not of the same study as ${first.part.folder} ("there" is ${first.part.folder}, ` +
      `"now" is ${other.part.folder}):\n${lines.map((line) => `  ${line}`).join("\n")}`,
  );
}

/** The study as its manifest describes it. */
function outlineOf({ folder, options }: Part, manifest: Manifest): StudyOutline {
  const { dataset, engine, weights } = recordedFacts(folder, manifest);
  const { seeds = { used: options.seeds } } = manifest;
  const study = outlineStudy(
    { ...options, seeds: seeds.used },
    dataset,
    engine,
    weights && { ...weights, names: options.train.names ?? {} },
  );
  const planned = Object.fromEntries(study.plan.runs.map(({ label, id }) => [label, id]));
  if (differences(manifest.runs, planned).length > 0) {
    throw inputError(
      `The runs of ${folder} are not those that this version of prune-lab plans (it was written by ${manifest.version}).`,
      { hint: "Merge with the version that made the parts." },
    );
  }
  return study;
}

function checkpointsOf(manifests: readonly Manifest[]): CheckpointChoice {
  const choice = manifests.find(({ part }) => part !== undefined)?.part?.checkpoints;
  return choice === "all" || choice === "none" ? choice : "baselines";
}

const SHOWN_RUNS = 10;

function refuseMissing(
  study: StudyOutline,
  sources: ReadonlyMap<string, Source>,
  manifests: readonly { readonly part: Part; readonly manifest: Manifest }[],
): void {
  const missing = study.plan.runs.filter(({ id }) => !sources.has(id)).map(({ label }) => label);
  if (missing.length === 0) return;
  const given = manifests.map(({ part, manifest }) =>
    manifest.part === undefined ? part.folder : `${manifest.part.shard}/${manifest.part.of}`,
  );
  const rest = missing.length > SHOWN_RUNS ? [`... and ${missing.length - SHOWN_RUNS} more`] : [];
  const lines = [...missing.slice(0, SHOWN_RUNS), ...rest].map((label) => `  ${label}`).join("\n");
  throw inputError(
    `${study.options.name}: ${missing.length} of ${study.plan.runs.length} runs are in none of the parts (given: ${given.join(", ")}):\n${lines}`,
    { hint: "Give the other parts too, or finish the unfinished ones by running them again." },
  );
}
