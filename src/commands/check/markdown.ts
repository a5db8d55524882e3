import { printableLine } from "../../foundations/printable.ts";
import type { GateReport } from "../../library/check.ts";
import type { CheckError } from "./error-report.ts";
import { gateLines } from "./history.ts";
import { curveLines, tableHeader, tableRows } from "./table.ts";
import { verdictSentence } from "./words.ts";

/** The first line, by which an earlier report is known. */
export const MARKDOWN_MARK = "<!-- prune-lab check -->";

/** The report for a pull request or GITHUB_STEP_SUMMARY. */
export function markdownReport(report: GateReport): string {
  const row = (cells: readonly string[]) => `| ${cells.map(plain).join(" | ")} |`;
  const header = tableHeader(report);
  const table =
    report.verdict === "identical"
      ? []
      : [row(header), row(header.map(() => "---")), ...tableRows(report, "details").map(row), ""];
  const lists = [...gateLines(report), ...report.notes, ...curveLines(report)].map(
    (line) => `- ${plain(line)}`,
  );
  return [MARKDOWN_MARK, "", `**${plain(verdictSentence(report))}**`, "", ...table, ...lists, ""].join("\n");
}

/** The same for a comparison that could not be made. */
export function markdownError({ headline, details }: CheckError): string {
  const lists = details.map((line) => `- ${plain(line)}`);
  return [MARKDOWN_MARK, "", `**Not compared: ${plain(headline)}**`, "", ...lists, ""].join("\n");
}

/** Names are shown as they are: nothing in them is markup, calls anybody or breaks the line. */
export function plain(text: string): string {
  return printableLine(text)
    .replace(/[\\`*_{}[\]<>|#~&$]/g, (character) => `\\${character}`)
    .replace(/@/g, "@<!-- -->")
    .replace(/\s+/g, " ");
}
