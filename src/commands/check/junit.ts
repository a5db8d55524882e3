import type { CheckReport } from "../../analysis/check.ts";
import { type ComparedItem, isFailure } from "../../analysis/compare-curves.ts";
import type { Metric } from "../../metrics/metric.ts";
import { differenceText } from "../../metrics/words.ts";
import { amountText, finding, itemName, metricOf } from "./words.ts";

/** The report as JUnit XML, which most CI servers show: one test case for each item. */
export function junitReport(report: CheckReport): string {
  const { items, baseline } = report;
  const failures = items.filter(isFailure).length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites tests="${items.length}" failures="${failures}">`,
    `  <testsuite name="${xmlText(`prune-lab check against ${baseline}`)}" tests="${items.length}" failures="${failures}">`,
    ...items.flatMap((item) => testCase(item, metricOf(report))),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function testCase(item: ComparedItem, metric: Metric): string[] {
  const open = `    <testcase classname="${xmlText(item.curve)}" name="${xmlText(itemName(item))}"`;
  const text = xmlText(finding(item, metric) ?? "");
  if (isFailure(item)) return [`${open}>`, `      <failure message="${text}"/>`, "    </testcase>"];
  const said =
    item.drop !== null && !item.testable
      ? item.smallestDetectableDrop === null
        ? `no ${metric.difference.name} can be seen with these seeds`
        : `not testable with these seeds: smallest detectable ${metric.difference.name} ` +
          differenceText(metric, amountText(item.smallestDetectableDrop))
      : text;
  return said === ""
    ? [`${open}/>`]
    : [`${open}>`, `      <system-out>${xmlText(said)}</system-out>`, "    </testcase>"];
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** Text for an attribute or an element; control characters, which XML does not allow, become U+FFFD. */
function xmlText(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
    .replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, "\ufffd");
}
