import path from "node:path";
import * as z from "zod";
import type { DatasetFacts } from "../datasets/dataset-cache.ts";
import type { EngineDescription } from "../engines/engine.ts";
import { inputError } from "../foundations/errors.ts";
import { MANIFEST_FILE, type Manifest } from "./manifest.ts";
import { firstIssue } from "./recorded-json.ts";

const count = z.int().nonnegative();

const factsSchema = z.object({
  dataset: z.object({
    name: z.string(),
    checksum: z.string(),
    sources: z.array(z.object({ file: z.string(), sha256: z.string() })),
    shape: z.array(z.int().positive()),
    targets: z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("classes"), classes: z.int().positive() }),
      z.object({ kind: z.literal("values"), width: z.int().positive() }),
    ]),
    examples: z.object({ train: count, validation: count, test: count }),
  }),
  engine: z.object({
    name: z.string(),
    identity: z.string(),
    device: z.string(),
    reproducible: z.string(),
    maxWorkers: z.int().positive().optional(),
  }),
  model: z.object({ weights: z.object({ file: z.string(), sha256: z.string() }).optional() }),
});

export interface RecordedFacts {
  readonly dataset: DatasetFacts;
  readonly engine: EngineDescription;
  /** The file that the dense network was read from; undefined where it was trained. */
  readonly weights: { readonly file: string; readonly sha256: string } | undefined;
}

/**
 * What a manifest says of data and engine, enough to plan the runs without either. Throws a PruneLabError of kind `input`
 * that names the manifest of `folder` when it does not say.
 */
export function recordedFacts(folder: string, { dataset, engine, model }: Manifest): RecordedFacts {
  const parsed = factsSchema.safeParse({ dataset, engine, model });
  if (parsed.success) {
    const { weights } = parsed.data.model;
    return { dataset: dataset as DatasetFacts, engine: engine as EngineDescription, weights };
  }
  throw inputError(
    `${path.join(folder, MANIFEST_FILE)} does not describe data and engine as this version of prune-lab does (${firstIssue(parsed.error)}).`,
    { hint: "Run the sweep of this folder again, which writes it anew." },
  );
}
