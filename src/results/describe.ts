import path from "node:path";
import type { StudyOptions } from "../experiment/options.ts";
import type { StudyOutline } from "../experiment/prepare.ts";
import { contentHash } from "../foundations/hash.ts";
import { packageVersion } from "../foundations/paths.ts";
import { loadedPlugins } from "../foundations/plugins.ts";
import { parameterCount, parameterSpecs } from "../network/parameters.ts";
import type { Manifest, ManifestPart } from "../recording/manifest.ts";
import type { StudyLabels } from "./filled-cell.ts";

/** What may not change when a results folder is continued, or when parts are joined. */
export function settingsOf({
  options,
  dataset,
  engine,
  settings,
}: StudyOutline): Readonly<Record<string, unknown>> {
  const {
    methods: _methods,
    sparsities: _sparsities,
    search: _search,
    scan: _scan,
    controls: _controls,
    ...prune
  } = options.prune;
  const { weights } = settings;
  // What is found in a model's folder counts, wherever it lies.
  const { path: _path, ...model } = options.model as StudyOptions["model"] & { readonly path?: string };
  return {
    name: options.name,
    dataset: { ...options.dataset, found: dataset.name, checksum: dataset.checksum },
    model,
    // A file of weights is what it holds, wherever it lies.
    train: {
      ...settings.train,
      ...(weights === undefined ? {} : { from: weights.sha256, names: weights.names }),
    },
    prune,
    output: options.output,
    engine: { name: engine.name, identity: engine.identity },
  };
}

/** What all rows of a study's tables have in common. */
export function labelsOf(study: StudyOutline): StudyLabels {
  const { options, dataset, engine, recipe } = study;
  return {
    study: options.name,
    dataset: dataset.name,
    testExamples: dataset.examples.test,
    model: options.model.name,
    engine: engine.name,
    recipe,
  };
}

/** The manifest of a study's folder; `part` when the folder holds one shard of the runs. */
export function manifestOf(
  study: StudyOutline,
  files: readonly string[],
  part: ManifestPart | undefined,
): Manifest {
  const { options, dataset, engine, plan } = study;
  const { network, weights } = study.settings;
  const settings = settingsOf(study);
  const plugins = loadedPlugins().map(({ file, sha256, members }) => ({
    file: path.basename(file),
    sha256,
    members,
  }));
  return {
    tool: "prune-lab",
    format: 1,
    version: packageVersion(),
    node: process.version,
    study: options.name,
    ...(part === undefined ? {} : { part }),
    identity: contentHash(settings),
    settings,
    engine,
    dataset,
    model: {
      name: options.model.name,
      parameters: parameterCount(network),
      tensors: Object.fromEntries(parameterSpecs(network).map(({ name, shape }) => [name, shape])),
      ...(weights === undefined
        ? {}
        : { weights: { file: path.basename(weights.file), sha256: weights.sha256 } }),
    },
    ...(plugins.length === 0 ? {} : { plugins }),
    ...(options.seedRule === undefined ? {} : { seeds: { ...options.seedRule, used: options.seeds } }),
    ...(options.labels === undefined ? {} : { labels: options.labels }),
    runs: Object.fromEntries(plan.runs.map((run) => [run.label, run.id])),
    files,
  };
}
