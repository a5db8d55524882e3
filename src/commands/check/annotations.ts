import type { CheckReport } from "../../analysis/check.ts";
import { isFailure } from "../../analysis/compare-curves.ts";
import { finding, itemName, metricOf, verdictSentence } from "./words.ts";

/** GitHub shows ten annotations of a step. */
const MOST_ERRORS = 9;

/**
 * Workflow commands that GitHub Actions turns into annotations
 * (https://docs.github.com/actions/reference/workflow-commands-for-github-actions): an error for each regression,
 * worst first, and the verdict as a notice when there is none.
 */
export function annotations(report: CheckReport): string[] {
  const metric = metricOf(report);
  const failed = report.items.filter(isFailure);
  if (failed.length === 0) return [command("notice", "prune-lab check", verdictSentence(report))];
  const errors = failed
    .slice(0, MOST_ERRORS)
    .map((item) => command("error", itemName(item), `${itemName(item)}: ${finding(item, metric)}`));
  const left = failed.length - errors.length;
  return left > 0 ? [...errors, command("error", "prune-lab check", `${left} more regressions.`)] : errors;
}

function command(level: "error" | "notice", title: string, message: string): string {
  const data = (text: string) => text.replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
  const property = (text: string) => data(text).replace(/:/g, "%3A").replace(/,/g, "%2C");
  return `::${level} title=${property(title)}::${data(message)}`;
}
