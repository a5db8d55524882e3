import { open, readFile, stat } from "node:fs/promises";
import * as z from "zod";
import { inputError, systemErrorCode } from "../foundations/errors.ts";
import { canonicalJson } from "../foundations/hash.ts";

const fraction = z.number().min(0).max(1);
const name = z.string().min(1);

const curveSchema = z.strictObject({
  /** Method, with what else tells the curves of the results apart. */
  curve: name,
  /** Mean over the seeds of the area under the curve, as it is shown; null where it is not known. */
  area: z.number().nullable(),
  /** The largest drop from the baseline, in the unit of the metric's differences. */
  worst: z.strictObject({ sparsity: fraction, drop: z.number() }).nullable(),
  /** Sparsity, and the mean over the seeds as it is shown. */
  points: z.array(z.tuple([fraction, z.number()])),
});

const runSchema = z.strictObject({
  tool: z.literal("prune-lab"),
  history: z.literal(1),
  date: z.iso.datetime({ offset: true }),
  commit: name.nullable(),
  /** Hash of the rows of the results: the same for a re-run that came to the same figures. */
  results: z.string().regex(/^[0-9a-f]{64}$/),
  /** What may not differ between runs whose figures are laid side by side. */
  subject: z.strictObject({
    dataset: z.string(),
    test_examples: z.int().min(1),
    model: z.string(),
    parameters: z.int().min(0),
    dense_macs: z.int().min(0),
    seeds: z.array(z.int().min(0)).min(1),
    metric: name,
  }),
  study: z.string(),
  verdict: z.enum(["identical", "no regression", "regression"]),
  /** What declined before this run is accepted: tests begin with it. */
  restart: z.boolean(),
  curves: z.array(curveSchema).min(1),
});

/** How the file begins. */
export const HISTORY_BEGINNING = '{"tool":"prune-lab","history":';

/** One line of a history of checks. */
export type HistoryRun = Readonly<z.infer<typeof runSchema>>;
export type HistoryCurve = Readonly<z.infer<typeof curveSchema>>;

/**
 * Reads a history, oldest run first; a file that is not there yet is an empty one. Throws a PruneLabError of kind `input`
 * that names file and line for a line that is damaged or not of such a file.
 */
export async function readHistory(file: string): Promise<HistoryRun[]> {
  const text = await contentOf(file);
  if (text === "") return [];
  const lines = text.split("\n");
  // A last line without its end was cut.
  if (lines.pop() !== "") throw damaged(file, lines.length + 1, "the line is cut off");
  return lines.map((line, i) => parseRun(line, (reason) => damaged(file, i + 1, reason)));
}

function parseRun(line: string, fault: (reason: string) => Error): HistoryRun {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw fault("it is not JSON");
  }
  const parsed = runSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = issue?.path.join(".");
  throw fault(at ? `${at}: ${issue?.message}` : (issue?.message ?? "it has another form"));
}

function damaged(file: string, line: number, reason: string) {
  return inputError(`${file}, line ${line}: not a run that check recorded (${reason}).`, {
    hint: "Name a history that check wrote, or a new file; a damaged line may be deleted.",
  });
}

async function contentOf(file: string): Promise<string> {
  try {
    if (!(await stat(file)).isFile()) throw inputError(`${file} cannot hold a history: it is no file.`);
    return await readFile(file, "utf8");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return "";
    if (systemErrorCode(error) === undefined) throw error;
    throw inputError(`${file} cannot be read (${systemErrorCode(error)}).`, { cause: error });
  }
}

/**
 * Adds a line to a history, in one write, so that runs that end together keep a line each. What a failed write left of
 * the line is taken out again.
 */
export async function appendRun(file: string, run: HistoryRun): Promise<void> {
  const line = Buffer.from(`${JSON.stringify(run)}\n`);
  try {
    const handle = await open(file, "a");
    try {
      const { size } = await handle.stat();
      try {
        const { bytesWritten } = await handle.write(line);
        if (bytesWritten < line.length) throw Object.assign(new Error("disk full"), { code: "ENOSPC" });
        await handle.sync();
      } catch (error) {
        await handle.truncate(size).catch(() => {});
        throw error;
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw inputError(`${file} cannot be written (${systemErrorCode(error) ?? error}).`, { cause: error });
  }
}

/** Text that runs share whose figures may be laid side by side. */
export function subjectKey({ subject }: Pick<HistoryRun, "subject">): string {
  return canonicalJson(subject);
}

/**
 * Whether a run tells nothing that the history does not hold: its figures are those of the last run of its subject, or it is
 * a run of a commit again. Figures that return with another commit, such as a revert, are new.
 */
export function isRepeated(run: HistoryRun, history: readonly HistoryRun[]): boolean {
  const same = history.filter((other) => subjectKey(other) === subjectKey(run));
  if (same.at(-1)?.results === run.results) return true;
  return same.some(
    ({ results, commit }) =>
      results === run.results && (run.commit === null || commit === null || commit === run.commit),
  );
}
