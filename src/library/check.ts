import { type CheckReport, type CheckRequest, check as compare } from "../analysis/gate/check.ts";
import { readResults } from "../recording/results-reader.ts";
import { type HistoryOptions, type HistoryReport, openHistory } from "./check-history.ts";
import { type Confirmation, type ConfirmOptions, confirmedCheck } from "./confirm.ts";

export interface GateRequest extends CheckRequest {
  /** Run the sweep with more seeds while the verdict is in doubt. */
  readonly confirm?: ConfirmOptions | undefined;
  /** Keep a line of this check, and look for slow declines in those of earlier ones. */
  readonly history?: HistoryOptions | undefined;
}

export interface GateReport extends CheckReport {
  readonly confirmation?: Confirmation;
  readonly history?: HistoryReport;
}

/**
 * Compares a sweep with a baseline: see the check of analysis/, confirmedCheck and openHistory. What a history keeps are the
 * results as they were given: seeds that are run to confirm are not in it, so that its figures stay comparable.
 */
export async function check({ confirm, history: kept, ...request }: GateRequest): Promise<GateReport> {
  const history = kept === undefined ? undefined : await openHistory(kept);
  const given = history === undefined ? undefined : await readResults(request.results);
  const report = confirm === undefined ? await compare(request) : await confirmedCheck(request, confirm);
  if (history === undefined || given === undefined) return report;
  return { ...report, history: await history.add(given.rows, report) };
}

/** Whether the check fails: a curve got worse, or has got worse over many runs. */
export function isFailed({ verdict, history }: GateReport): boolean {
  return verdict === "regression" || (history?.declines.length ?? 0) > 0;
}
