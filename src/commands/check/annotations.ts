import { type ComparedItem, isFailure, isWarning } from "../../analysis/gate/compared-item.ts";
import type { GateReport } from "../../library/check.ts";
import type { CheckError } from "./error-report.ts";
import { declineText, finding, itemName, metricOf, metricOfItem, verdictSentence } from "./words.ts";

/** GitHub shows ten annotations of a level and a step. */
const MOST = 9;

const TITLE = "prune-lab check";

/**
 * Workflow commands that GitHub Actions turns into annotations
 * (https://docs.github.com/actions/reference/workflow-commands-for-github-actions): an error for each regression, a
 * warning for each that only warns, worst first, and the verdict as a notice when there are none.
 */
export function annotations(report: GateReport): string[] {
  const findings = [
    ...itemAnnotations("error", report.items.filter(isFailure), report),
    ...(report.history?.declines ?? [])
      .slice(0, MOST)
      .map((decline) => command("error", "Slow decline", declineText(decline, metricOf(report)))),
    ...itemAnnotations("warning", report.items.filter(isWarning), report),
  ];
  return findings.length > 0 ? findings : [command("notice", TITLE, verdictSentence(report))];
}

/** The same for a comparison that could not be made. */
export function errorAnnotation({ headline, details }: CheckError): string {
  return command(
    "error",
    TITLE,
    ["Not compared: ", headline, ...details.map((line) => `\n${line}`)].join(""),
  );
}

function itemAnnotations(
  level: "error" | "warning",
  items: readonly ComparedItem[],
  report: GateReport,
): string[] {
  const shown = items
    .slice(0, MOST)
    .map((item) =>
      command(level, itemName(item), `${itemName(item)}: ${finding(item, metricOfItem(item, report))}`),
    );
  const left = items.length - shown.length;
  return left > 0 ? [...shown, command(level, TITLE, `${left} more regressions.`)] : shown;
}

/** Escaped as GitHub's own toolkit does (actions/toolkit, packages/core/src/command.ts). */
function command(level: "error" | "warning" | "notice", title: string, message: string): string {
  const data = (text: string) => text.replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
  const property = (text: string) => data(text).replace(/:/g, "%3A").replace(/,/g, "%2C");
  return `::${level} title=${property(title)}::${data(message)}`;
}
