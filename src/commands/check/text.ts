import chalk from "chalk";
import { type ComparedItem, isFailure, isFinding, isWarning } from "../../analysis/gate/compared-item.ts";
import { count } from "../../charts/parts/titles.ts";
import { printableLine } from "../../foundations/printable.ts";
import { wrap } from "../../foundations/wrap.ts";
import { type GateReport, isFailed } from "../../library/check.ts";
import { formatTable } from "../table.ts";
import { fitted } from "./fitted-table.ts";
import { gateLines } from "./history.ts";
import { curveLines, tableHeader, tableRows } from "./table.ts";
import { finding, itemName, metricOfItem, verdictSentence } from "./words.ts";

/** Items that are listed, apart from findings, of which all are. */
const FEWEST_ROWS = 12;

/** The comparison for the terminal: the verdict, then the worst points, then what is told beside them. */
export function textReport(
  report: GateReport,
  { columns, all }: { readonly columns: number; readonly all: boolean },
): string {
  const lines = (texts: readonly string[]) =>
    texts.flatMap((text) => wrap(printableLine(text), columns)).map((line) => `${line}\n`);
  const color = verdictColor(report);
  const verdict = wrap(verdictSentence(report), columns)
    .map((line) => `${color(line)}\n`)
    .join("");
  if (report.verdict === "identical")
    return `${verdict}${lines([...report.alerts, ...gateLines(report), ...report.notes]).join("")}`;
  const beside = lines([...gateLines(report), ...curveLines(report), ...report.notes]).join("");

  const findings = report.items.filter(isFinding).length;
  const rows = all ? report.items.length : Math.max(FEWEST_ROWS, findings);
  const left = report.items.length - rows;
  const { header, cells } = fitted(tableHeader(report), tableRows(report, "words").slice(0, rows), columns);
  const [head = "", ...body] = formatTable(header, cells).trimEnd().split("\n");
  return [
    verdict,
    ...lines(report.alerts),
    "\n",
    `${head}\n`,
    ...body.map((line, i) => `${rowColor(report.items[i])(line)}\n`),
    ...(left > 0 ? lines([`${count(left, "more item")} without a regression: --all lists them.`]) : []),
    ...changes(report, lines),
    beside === "" ? "" : `\n${beside}`,
  ].join("");
}

/** What the table has no room for: which columns changed, of which seeds. */
function changes(report: GateReport, lines: (texts: readonly string[]) => string[]): string[] {
  const changed = report.items.filter(({ verdict }) => verdict === "changed");
  if (changed.length === 0) return [];
  return [
    "\n",
    ...lines(changed.map((item) => `${itemName(item)}: ${finding(item, metricOfItem(item, report))}.`)),
  ];
}

function verdictColor(report: GateReport): (text: string) => string {
  const { items } = report;
  if (isFailed(report)) return chalk.red.bold;
  return items.some(isWarning) ? chalk.yellow.bold : chalk.green.bold;
}

function rowColor(item: ComparedItem | undefined): (text: string) => string {
  if (item === undefined) return (text) => text;
  if (isFailure(item)) return chalk.red;
  if (isWarning(item)) return chalk.yellow;
  return item.verdict === "improvement" ? chalk.green : (text) => text;
}
