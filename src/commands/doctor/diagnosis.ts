import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { datasetSchema, datasets, loadDataset } from "../../datasets/registry.ts";
import type { Engine, EngineEntry } from "../../engines/engine.ts";
import { engines } from "../../engines/registry.ts";
import { PruneLabError } from "../../foundations/errors.ts";
import type { Notify } from "../../foundations/notices.ts";
import { cacheFolder, packageVersion } from "../../foundations/paths.ts";
import { type ExpectedSteps, expectSteps } from "./expected-steps.ts";
import { type GpuDiagnosis, inspectGpu } from "./gpu.ts";
import { inspectMachine, type Machine } from "./machine.ts";
import { measureTrainingSpeed } from "./training-speed.ts";

export type EngineDiagnosis =
  | {
      readonly name: string;
      readonly available: true;
      readonly device: string;
      readonly reproducible: string;
      readonly stepsPerSecond: number;
    }
  | { readonly name: string; readonly available: false; readonly reason: string; readonly remedy: string };

export type DataDiagnosis =
  | {
      readonly dataset: string;
      readonly ready: true;
      /** The name in results. */
      readonly name: string;
      readonly examples: { readonly train: number; readonly validation: number; readonly test: number };
      readonly files: readonly string[];
      readonly notices: readonly string[];
    }
  | { readonly dataset: string; readonly ready: false; readonly reason: string; readonly remedy: string };

/** What `doctor --json` prints. */
export interface Diagnosis {
  readonly version: string;
  readonly node: string;
  readonly machine: Machine;
  readonly gpu: GpuDiagnosis;
  readonly engines: readonly EngineDiagnosis[];
  /** What `engine: auto` weighs; empty where no kernels work. */
  readonly auto: readonly ExpectedSteps[];
  readonly data: readonly DataDiagnosis[];
  readonly cache: { readonly folder: string; readonly bytes: number };
}

export async function diagnose(dataDir: string | undefined, notify: Notify): Promise<Diagnosis> {
  const engineDiagnoses: EngineDiagnosis[] = [];
  // One after the other: they are timed.
  for (const entry of engines.list()) engineDiagnoses.push(await diagnoseEngine(entry, notify));
  const machine = await inspectMachine();
  const gpu = await inspectGpu();
  const working = engineDiagnoses.flatMap((engine) => (engine.available ? [engine] : []));
  return {
    version: packageVersion(),
    node: process.version,
    machine,
    gpu,
    engines: engineDiagnoses,
    auto: await expectSteps(working, machine.cores, gpu.driver !== null),
    data: await diagnoseData(dataDir),
    cache: { folder: cacheFolder(), bytes: await folderBytes(cacheFolder()) },
  };
}

async function diagnoseEngine(entry: EngineEntry, notify: Notify): Promise<EngineDiagnosis> {
  const { name } = entry;
  const availability = await entry.check();
  if (!availability.available) return { name, ...availability };
  let engine: Engine | undefined;
  try {
    engine = await entry.open(notify);
    const { device, reproducible } = engine.description;
    return {
      name,
      available: true,
      device,
      reproducible,
      stepsPerSecond: await measureTrainingSpeed(engine),
    };
  } catch (error) {
    return { name, available: false, ...refusal(error) };
  } finally {
    await engine?.dispose();
  }
}

/** The datasets that need no further settings, loaded as a sweep would load them, so that damage is found too. */
async function diagnoseData(dataDir: string | undefined): Promise<DataDiagnosis[]> {
  const diagnoses: DataDiagnosis[] = [];
  const schema = datasetSchema();
  for (const dataset of datasets.names()) {
    const options = schema.safeParse({ name: dataset });
    if (!options.success) continue;
    const notices: string[] = [];
    const { readTexts } = datasets.named(dataset);
    try {
      if (readTexts !== undefined) {
        const { name, sources, counts } = await readTexts(options.data, { dataDir, notify: () => {} });
        diagnoses.push({
          dataset,
          ready: true,
          name,
          // How many are held out is for the study to say.
          examples: { ...counts, validation: 0 },
          files: sources.map(({ file }) => file),
          notices: ["cut into pieces by the folder of the model, or by dataset.tokenizer"],
        });
        continue;
      }
      const loaded = await loadDataset(options.data, { dataDir, notify: (notice) => notices.push(notice) });
      diagnoses.push({
        dataset,
        ready: true,
        name: loaded.name,
        examples: {
          train: loaded.train.count,
          validation: loaded.validation.count,
          test: loaded.test.count,
        },
        files: loaded.sources.map(({ file }) => file),
        notices,
      });
    } catch (error) {
      diagnoses.push({ dataset, ready: false, ...refusal(error) });
    }
  }
  return diagnoses;
}

function refusal(error: unknown): { readonly reason: string; readonly remedy: string } {
  if (!(error instanceof PruneLabError)) throw error;
  return { reason: error.message, remedy: error.hint ?? "" };
}

/** Bytes of all files below a folder; 0 when there is none. */
async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch((): Dirent[] => []);
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map((file) => stat(path.join(file.parentPath, file.name))));
  return sizes.reduce((sum, { size }) => sum + size, 0);
}
