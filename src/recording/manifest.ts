import { readFile } from "node:fs/promises";
import path from "node:path";
import { inputError, systemErrorCode } from "../foundations/errors.ts";

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
  readonly settings: unknown;
  readonly engine: unknown;
  readonly dataset: unknown;
  readonly model: unknown;
  /** The plugins that were loaded, and what they registered; absent without any. */
  readonly plugins?: readonly {
    readonly file: string;
    readonly sha256: string;
    readonly members: readonly string[];
  }[];
  /** Runs of the present grid by label, with their hashes. */
  readonly runs: Readonly<Record<string, string>>;
  /** Everything in the folder that prune-lab made, relative to it: what `--fresh` removes. */
  readonly files: readonly string[];
}

/** Which shard of the runs a folder holds, and what an unsharded sweep would have written beside the tables. */
export interface ManifestPart {
  /** From 1. */
  readonly shard: number;
  readonly of: number;
  /** `--checkpoints`, as the sweep was given it. */
  readonly checkpoints: string;
}

/** The manifest of a results folder, or undefined when there is none. Throws when there is a damaged one. */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  const file = path.join(folder, MANIFEST_FILE);
  try {
    const manifest = JSON.parse(await readFile(file, "utf8")) as Partial<Manifest> | null;
    if (manifest?.tool === "prune-lab" && manifest.format === 1 && Array.isArray(manifest.files)) {
      return manifest as Manifest;
    }
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw inputError(`${file} is not a manifest that this version of prune-lab can read.`, {
    hint: "Choose another folder with --out.",
  });
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
