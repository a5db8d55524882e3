import { readFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import type { Labels } from "../experiment/options.ts";
import type { SeedRule } from "../experiment/seed-rule.ts";
import { systemErrorCode } from "../foundations/errors.ts";
import { readError } from "../foundations/system-errors.ts";
import { recordedJson } from "./recorded-json.ts";

export const MANIFEST_FILE = "manifest.json";

/** What a results folder says of itself. Holds no times, so that a re-run writes the same bytes. */
export interface Manifest {
  readonly tool: "prune-lab";
  readonly format: 1;
  /** Version of prune-lab that wrote the tables. */
  readonly version: string;
  readonly node: string;
  readonly study: string;
  /** Present when the folder holds one shard of the runs, without tables: `merge` joins the parts. */
  readonly part?: ManifestPart;
  /** SHA-256 of `settings`. */
  readonly identity: string;
  /** Everything that may not change when the folder is continued: more or fewer methods, sparsities and seeds may. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly engine: unknown;
  readonly dataset: unknown;
  readonly model: unknown;
  /** The plugins that were loaded, and what they registered; absent without any. */
  readonly plugins?: readonly {
    readonly file: string;
    readonly sha256: string;
    readonly members: readonly string[];
  }[];
  /** The rule by which seeds were added, and those that were run; absent where the config lists them. */
  readonly seeds?: SeedRule & { readonly used: readonly number[] };
  /** What methods and axes are called where they are shown; absent without any. */
  readonly labels?: Labels;
  /** The tables in the folder; absent until there are any, and in folders of older versions. */
  readonly tables?: ManifestTables;
  /** The charts in the folder; absent until there are any, and in folders of older versions. */
  readonly charts?: ManifestCharts;
  /** Runs of the present grid by label, with their hashes. */
  readonly runs: Readonly<Record<string, string>>;
  /** Everything in the folder that prune-lab made, relative to it: what `--fresh` removes. */
  readonly files: readonly string[];
}

/** Stays as it was while a sweep that will change the tables has not finished. */
export interface ManifestTables {
  /** SHA-256 of the `runs` that the tables follow from, and their number. */
  readonly plan: string;
  readonly runs: number;
  /** SHA-256 of each file. timings.csv is not among them: it differs from machine to machine. */
  readonly sha256: Readonly<Record<string, string>>;
}

/** Stays as it was until the charts are drawn anew: a file that differs is not what was drawn. */
export interface ManifestCharts {
  /** SHA-256 of what they were drawn with. */
  readonly renderer: string;
  /** SHA-256 of each file. */
  readonly sha256: Readonly<Record<string, string>>;
}

/** Which shard of the runs a folder holds, and what an unsharded sweep would have written beside the tables. */
export interface ManifestPart {
  /** From 1. */
  readonly shard: number;
  readonly of: number;
  /** `--checkpoints`, as the sweep was given it. */
  readonly checkpoints: string;
}

const record = z.record(z.string(), z.unknown());

const manifestSchema = z.object({
  tool: z.literal("prune-lab"),
  format: z.literal(1),
  version: z.string(),
  node: z.string(),
  study: z.string(),
  part: z.object({ shard: z.int().positive(), of: z.int().positive(), checkpoints: z.string() }).optional(),
  identity: z.string(),
  settings: record,
  engine: record,
  dataset: record,
  model: record,
  plugins: z
    .array(z.object({ file: z.string(), sha256: z.string(), members: z.array(z.string()) }))
    .optional(),
  labels: z
    .object({
      methods: z.record(z.string(), z.string()).optional(),
      axes: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
  seeds: z
    .object({ until: z.number(), atLeast: z.int(), atMost: z.int(), used: z.array(z.int().nonnegative()) })
    .optional(),
  tables: z
    .object({ plan: z.string(), runs: z.int().nonnegative(), sha256: z.record(z.string(), z.string()) })
    .optional(),
  charts: z.object({ renderer: z.string(), sha256: z.record(z.string(), z.string()) }).optional(),
  runs: z.record(z.string(), z.string()),
  files: z.array(z.string()),
});

/** The manifest of a results folder, or undefined when there is none. Throws when there is a damaged one. */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  const file = path.join(folder, MANIFEST_FILE);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw readError(error, file);
  }
  return recordedJson(text, manifestSchema, {
    file,
    what: "a manifest",
    hint: "The folder cannot be continued without it: remove the folder, or choose another one with --out.",
  }) as Manifest;
}

/** The name of the engine that computed what a folder holds. */
export function engineOf({ engine }: Manifest): string | undefined {
  const { name } = engine as Readonly<Record<string, unknown>>;
  return typeof name === "string" ? name : undefined;
}

/** `train.epochs: 10 there, 3 now`: one line for each leaf in which two values differ. */
export function differences(before: unknown, now: unknown, at = ""): string[] {
  if (isRecord(before) && isRecord(now)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])];
    return keys.flatMap((key) => differences(before[key], now[key], at === "" ? key : `${at}.${key}`));
  }
  if (JSON.stringify(before) === JSON.stringify(now)) return [];
  const show = (value: unknown) => (value === undefined ? "nothing" : JSON.stringify(value));
  return [`${at}: ${show(before)} there, ${show(now)} now`];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
