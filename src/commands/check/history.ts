import { count } from "../../charts/parts/titles.ts";
import type { GateReport } from "../../library/check.ts";
import { confirmationLines } from "./confirmation.ts";
import { declineText, metricOf } from "./words.ts";

/** What is told beside a comparison: how it was confirmed, and what the history says. */
export function gateLines(report: GateReport): string[] {
  return [
    ...historyLines(report),
    ...(report.confirmation === undefined ? [] : confirmationLines(report.confirmation)),
  ];
}

/** Each slow decline, or that there is none. */
function historyLines(report: GateReport): string[] {
  const { history } = report;
  if (history === undefined) return [];
  const { file, added, runs, declines } = history;
  const kept = added ? "" : " These results are in it already, so no line was added.";
  if (declines.length === 0) {
    return [`No slow decline in ${file}, of which ${count(runs, "run")} can be compared.${kept}`];
  }
  const metric = metricOf(report);
  return [
    ...declines.map((decline) => `SLOW DECLINE: ${declineText(decline, metric)}.`),
    `${file}: ${count(runs, "run")} compared.${kept} A decline that is meant is accepted with --history-restart.`,
  ];
}
