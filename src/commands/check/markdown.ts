import type { CheckReport } from "../../analysis/check.ts";
import { curveLines, tableHeader, tableRows } from "./table.ts";
import { verdictSentence } from "./words.ts";

/** The report for a pull request or GITHUB_STEP_SUMMARY. */
export function markdownReport(report: CheckReport): string {
  const row = (cells: readonly string[]) => `| ${cells.map(plain).join(" | ")} |`;
  const header = tableHeader(report);
  const table =
    report.verdict === "identical"
      ? []
      : [row(header), row(header.map(() => "---")), ...tableRows(report).map(row), ""];
  const lists = [...report.notes, ...curveLines(report)].map((line) => `- ${plain(line)}`);
  return [`**${plain(verdictSentence(report))}**`, "", ...table, ...lists, ""].join("\n");
}

/** Names are shown as they are: nothing in them is markup. */
export function plain(text: string): string {
  return text.replace(/[\\`*_{}[\]<>|#]/g, (character) => `\\${character}`).replace(/\s+/g, " ");
}
