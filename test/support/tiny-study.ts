import path from "node:path";
import { configSchema } from "../../src/config/schema.ts";
import type { StudyOptions } from "../../src/experiment/options.ts";
import { runStudy, type SingleStudyRequest } from "../../src/library/study.ts";
import type { StudyEvent } from "../../src/scheduling/events.ts";
import { writeTinyDataset } from "./tiny-dataset.ts";

/** Options of a study that takes about a second with the reference engine. */
export async function tinyStudy(folder: string, changes: object = {}): Promise<StudyOptions> {
  const data = await writeTinyDataset(path.join(folder, "tiny-digits"));
  return configSchema().parse({
    name: "tiny",
    dataset: { name: "idx", path: data, validation: 30 },
    model: { name: "mlp", hidden: [8, 6] },
    train: { epochs: 3, batchSize: 16, optimizer: { name: "adam", learningRate: 0.02 } },
    prune: {
      methods: ["l1-unstructured", "global-magnitude"],
      sparsities: [0, 0.5, 0.9],
      finetune: { epochs: 1 },
    },
    seeds: [0, 1],
    engine: "reference",
    ...changes,
  });
}

/** Runs a study in a folder, with the events it told; draws nothing unless it is asked to. */
export async function runIn(
  folder: string,
  options: StudyOptions,
  changes: Partial<SingleStudyRequest> = {},
) {
  const events: StudyEvent[] = [];
  const outcome = await runStudy({
    options,
    folder,
    dataDir: undefined,
    // A thread takes a third of a second to start.
    workers: 1,
    checkpoints: "baselines",
    charts: false,
    fresh: false,
    signal: new AbortController().signal,
    ...changes,
    onEvent: (event) => {
      events.push(event);
      changes.onEvent?.(event);
    },
  });
  return { outcome, events };
}
