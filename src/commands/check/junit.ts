import { type ComparedItem, isFailure, isWarning } from "../../analysis/gate/compared-item.ts";
import { printableLine } from "../../foundations/printable.ts";
import type { GateReport } from "../../library/check.ts";
import type { CheckError } from "./error-report.ts";
import { blindText, declineText, finding, itemName, metricOf, metricOfItem } from "./words.ts";

/** The report as JUnit XML, which most CI servers show: one test case for each item. */
export function junitReport(report: GateReport): string {
  const { items, history } = report;
  const declines = history?.declines ?? [];
  return suite(
    report,
    {
      tests: items.length + (history === undefined ? 0 : Math.max(1, declines.length)),
      failures: items.filter(isFailure).length + declines.length,
      errors: 0,
    },
    [...items.flatMap((item) => testCase(item, report)), ...historyCases(report)],
  );
}

/** One for each slow decline, or one that passes. */
function historyCases(report: GateReport): string[] {
  if (report.history === undefined) return [];
  const { declines } = report.history;
  const metric = metricOf(report);
  if (declines.length === 0) return ['    <testcase classname="history" name="slow decline"/>'];
  return declines.flatMap((decline) => [
    `    <testcase classname="history" name="${xmlText(itemName(decline))}">`,
    `      <failure message="${xmlText(declineText(decline, metric))}"/>`,
    "    </testcase>",
  ]);
}

/** The same for a comparison that could not be made: one test case, with its error. */
export function junitError(error: CheckError): string {
  const text = [error.headline, ...error.details].map(xmlText).join("\n");
  return suite(error, { tests: 1, failures: 0, errors: 1 }, [
    '    <testcase classname="prune-lab check" name="comparison">',
    `      <error message="${xmlText(error.headline)}">${text}</error>`,
    "    </testcase>",
  ]);
}

function suite(
  { baseline }: { readonly baseline: string },
  counts: { readonly tests: number; readonly failures: number; readonly errors: number },
  cases: readonly string[],
): string {
  const attributes = Object.entries(counts)
    .map(([name, value]) => `${name}="${value}"`)
    .join(" ");
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${attributes}>`,
    `  <testsuite name="${xmlText(`prune-lab check against ${baseline}`)}" ${attributes}>`,
    ...cases,
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function testCase(item: ComparedItem, report: GateReport): string[] {
  const metric = metricOfItem(item, report);
  const open = `    <testcase classname="${xmlText(item.curve)}" name="${xmlText(itemName(item))}"`;
  const text = xmlText(finding(item, metric) ?? "");
  if (isFailure(item)) return [`${open}>`, `      <failure message="${text}"/>`, "    </testcase>"];
  const said = isWarning(item) ? `Warning: ${text}` : xmlText(blindText(item, metric) ?? "") || text;
  return said === ""
    ? [`${open}/>`]
    : [`${open}>`, `      <system-out>${said}</system-out>`, "    </testcase>"];
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** Text for an attribute or an element, on one line; what XML does not allow is escaped, or becomes U+FFFD. */
function xmlText(text: string): string {
  return printableLine(text)
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
    .replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, "\ufffd");
}
