import { readFile } from "node:fs/promises";
import path from "node:path";
import * as yaml from "yaml";
import * as z from "zod";
import { inputError, systemErrorCode } from "../foundations/errors.ts";
import { sha256 } from "../foundations/hash.ts";
import type { Manifest } from "./manifest.ts";

/** What a table of results was made with, as far as it is compared. */
export interface Origin {
  /** Version of prune-lab. */
  readonly version: string;
  readonly engine: { readonly name: string; readonly identity: string };
  readonly dataset: { readonly name: string; readonly checksum: string };
  /** The resolved config, as data. */
  readonly config: unknown;
}

const schema = z.object({
  version: z.string(),
  engine: z.object({ name: z.string(), identity: z.string() }),
  dataset: z.object({ name: z.string(), checksum: z.string() }),
  config: z.record(z.string(), z.unknown()),
});

/** The origin of a results folder; undefined where its records do not tell it. */
export function originOfFolder(manifest: Manifest, configText: string | undefined): Origin | undefined {
  const { version, engine, dataset } = manifest;
  return schema.safeParse({ version, engine, dataset, config: recordedConfig(configText) }).data;
}

/** A recorded config as data; undefined where it is none. */
export function recordedConfig(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return yaml.parse(text);
  } catch {
    return undefined;
  }
}

const recordSchema = schema.extend({ format: z.literal(1), table: z.string() });

const ORIGIN_ENDING = ".origin.yaml";

/** Where the origin of a table that stands alone is recorded: `ci/curve.csv` has `ci/curve.origin.yaml`. */
export function originFile(table: string): string {
  const { dir, name } = path.parse(table);
  return path.join(dir, `${name}${ORIGIN_ENDING}`);
}

/** Whether a file is such a record by its name, and no config. */
export function isOriginFile(file: string): boolean {
  return file.endsWith(ORIGIN_ENDING);
}

const HEADING = "What the table beside it was made with";

/** Whether a file that begins like this is such a record. */
export function beginsLikeOrigin(beginning: string): boolean {
  return beginning.startsWith(`# ${HEADING}`);
}

/** The record as a file: the same origin and table give the same bytes. */
export function originText({ version, engine, dataset, config }: Origin, table: string | Uint8Array): string {
  const record = {
    format: 1,
    table: tableHash(table),
    version,
    engine: { name: engine.name, identity: engine.identity },
    dataset: { name: dataset.name, checksum: dataset.checksum },
    config,
  };
  const document = new yaml.Document(record, { aliasDuplicateObjects: false });
  document.commentBefore = ` ${HEADING}. \`prune-lab check --update\` writes both; commit both.`;
  yaml.visit(document, {
    Seq: (_key, list) => {
      if (list.items.every((item) => yaml.isScalar(item))) list.flow = true;
    },
  });
  return document.toString({ lineWidth: 100, flowCollectionPadding: false });
}

/**
 * Reads the record beside a table; undefined where there is none. Throws a PruneLabError of kind `input` for one that is
 * damaged or was written for another table.
 */
export async function readOrigin(table: string, content: Uint8Array): Promise<Origin | undefined> {
  const file = originFile(table);
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw inputError(`${file} cannot be read (${systemErrorCode(error) ?? error}).`, { cause: error });
  });
  if (text === undefined) return undefined;
  const record = recordSchema.safeParse(recordedConfig(text));
  const hint = `Write both anew: prune-lab check RESULTS --against ${table} --update`;
  if (!record.success) throw inputError(`${file} is not a record of what ${table} was made with.`, { hint });
  if (record.data.table !== tableHash(content)) {
    throw inputError(
      `${file} was written for another table than ${table}: one of the two was changed alone.`,
      {
        hint,
      },
    );
  }
  return record.data;
}

/** Of the text, whatever line ends a checkout gives it. */
function tableHash(table: string | Uint8Array): string {
  return sha256(
    Buffer.from(table)
      .toString("utf8")
      .replace(/^\ufeff/, "")
      .replaceAll("\r\n", "\n"),
  );
}
