import { open, readFile, rm } from "node:fs/promises";
import { count } from "../../charts/parts/titles.ts";
import { inputError, PruneLabError, systemErrorCode } from "../../foundations/errors.ts";
import { beginsLikeOrigin, originFile, originText } from "../../recording/origin.ts";
import {
  beginsLikeTable,
  type OutputFile,
  type OutputKind,
  outputFile,
} from "../../recording/output-file.ts";
import { readResults } from "../../recording/results-reader.ts";
import { print, tell } from "../output.ts";
import type { CheckFlags } from "./flags.ts";

const BASELINE: OutputKind = {
  writer: "--update",
  name: "a results table",
  recognize: (beginning) => beginsLikeTable(beginning, ["results"]),
};

const ORIGIN: OutputKind = {
  writer: "--update",
  name: "a record that --update wrote",
  recognize: beginsLikeOrigin,
};

/**
 * Replaces the baseline's table by that of the results, and writes beside it what they were made with; `tellChanges`
 * compares the two first.
 */
export async function updateBaseline(
  results: string,
  { against, json }: CheckFlags,
  tellChanges: () => Promise<void>,
): Promise<void> {
  const recorded = await readResults(results);
  if (recorded.folder?.unfinished !== undefined) {
    throw inputError(`${recorded.folder.unfinished}.`, { hint: "Run that sweep again to finish it." });
  }
  const limits = { inputs: [results, recorded.file] };
  const table = await outputFile(against, BASELINE, limits);
  const origin = await outputFile(originFile(against), ORIGIN, limits);
  if (await isThere(against)) {
    try {
      await tellChanges();
    } catch (error) {
      if (!(error instanceof PruneLabError) || error.kind !== "input") throw error;
      tell(`The old baseline cannot be compared: ${error.message}`);
    }
  }
  await table.write(recorded.content);
  if (recorded.origin === undefined) await removeOrigin(origin);
  else await origin.write(originText(recorded.origin, recorded.content));
  if (json) return;
  const settings = recorded.origin === undefined ? "" : `; what they were made with is in ${origin.path}`;
  print(`${against} is written: ${count(recorded.rows.length, "row")}${settings}.\n`);
}

async function isThere(file: string): Promise<boolean> {
  try {
    await (await open(file)).close();
    return true;
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return false;
    throw error;
  }
}

/** A table without a known origin has none: the record of the table before would be another's. */
async function removeOrigin({ path }: OutputFile): Promise<void> {
  const text = await readFile(path, "utf8").catch(() => "");
  if (beginsLikeOrigin(text)) await rm(path);
}
