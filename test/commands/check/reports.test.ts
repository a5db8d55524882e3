import { expect, test } from "vitest";
import type { CheckReport } from "../../../src/analysis/gate/check.ts";
import type { ComparedItem } from "../../../src/analysis/gate/compared-item.ts";
import { annotations, errorAnnotation } from "../../../src/commands/check/annotations.ts";
import { checkError } from "../../../src/commands/check/error-report.ts";
import { junitError, junitReport } from "../../../src/commands/check/junit.ts";
import { markdownError, markdownReport } from "../../../src/commands/check/markdown.ts";
import { textReport } from "../../../src/commands/check/text.ts";
import { inputError } from "../../../src/foundations/errors.ts";
import { accuracy } from "../../../src/metrics/accuracy.ts";

const item = (changes: Partial<ComparedItem> = {}): ComparedItem => ({
  metric: "accuracy",
  curve: "global-magnitude",
  sparsity: 0.9,
  verdict: "no difference",
  level: "error",
  tolerance: 0.5,
  baseline: 97,
  results: 96,
  drop: 1,
  by: "pairs",
  seeds: { baseline: 5, results: 5, common: 5 },
  pValue: 0.001,
  smallestDetectableDrop: 0.6,
  testable: true,
  differences: [],
  ...changes,
});
const reportOf = (items: readonly ComparedItem[], changes: Partial<CheckReport> = {}): CheckReport => ({
  verdict: items.some(({ verdict, level }) => verdict === "regression" && level === "error")
    ? "regression"
    : "no regression",
  cautions: [],
  metric: "accuracy",
  metrics: [accuracy],
  items,
  curves: [],
  alerts: [],
  notes: [],
  results: "new",
  baseline: "old.csv",
  options: {
    alpha: 0.05,
    tolerance: 0.5,
    level: "error",
    allowMissing: false,
    exact: false,
    failOnStale: false,
    points: [],
  },
  ...changes,
});
const worse = item({ verdict: "regression" });
const warned = item({ verdict: "regression", level: "warn", sparsity: 0.98 });
const text = (report: CheckReport, columns = Number.POSITIVE_INFINITY, all = false) =>
  textReport(report, { columns, all });

/** A method whose name is made to break out of every format. */
const hostile = "a\n::error::injected\r\n::stop-commands::x\u001b]0;t\u0007|`<b>@me ##[error]y\ud800";
/** Lines in which the name would act. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const broken = /^\s*::(error|stop-commands)::|\u001b|\u0007/m;

test("warnings are told as such, and pass", () => {
  const report = reportOf([warned, item()]);
  expect(text(report)).toMatch(
    /^1 warning, and nothing that fails: global-magnitude at 98%: loses 1\.00 points/,
  );
  expect(text(report)).toContain("REGRESSION (warning)");
  expect(annotations(report)).toEqual([
    expect.stringMatching(/^::warning title=global-magnitude at 98%25::/),
  ]);
  expect(junitReport(report)).toContain('failures="0"');
  expect(junitReport(report)).toContain("<system-out>Warning: loses 1.00 points");
});

test("errors and warnings together are annotated each at their level", () => {
  const report = reportOf([worse, warned]);
  expect(annotations(report).map((line) => line.slice(2, 9))).toEqual(["error t", "warning"]);
  expect(text(report)).toMatch(/^Regression: .* of 2 compared; 1 warning\.\n/);
});

test("alerts follow the verdict, before the points", () => {
  const report = reportOf([item()], { alerts: ["Now: nothing learned."], notes: ["A setting differs."] });
  expect(text(report)).toMatch(
    /^No regression: .*\nNow: nothing learned\.\n\nmethod .*\n\nA setting differs\.\n$/s,
  );
  expect(markdownReport(report)).toMatch(/\*\*\n\nNow: nothing learned\.\n\n\| method /);
});

test("points with other tolerances are told", () => {
  expect(text(reportOf([item(), item({ tolerance: 2 })]))).toContain(
    "none is above its tolerance (0.5 to 2 points)",
  );
});

test("identical seeds are told, and need no test", () => {
  const same = item({ verdict: "identical", drop: 0, seeds: { baseline: 20, results: 5, common: 5 } });
  expect(text(reportOf([same]))).toMatch(
    /^No regression: 5 of 5 shared seeds identical, at all 1 item compared\.\n/,
  );
});

test("the verdict leads; every regression is listed, and the rest as far as it helps", () => {
  const many = Array.from({ length: 30 }, (_, i) => item({ sparsity: i / 100 }));
  const lines = text(reportOf([worse, ...many])).split("\n");
  expect(lines[0]).toMatch(/^Regression: /);
  expect(lines[3]).toContain("REGRESSION");
  expect(lines).toHaveLength(1 + 1 + 1 + 12 + 1 + 1);
  expect(lines.at(-2)).toBe("19 more items without a regression: --all lists them.");
  expect(text(reportOf([worse, ...many]), 100, true)).not.toContain("--all");
  const failing = Array.from({ length: 30 }, (_, i) => item({ sparsity: i / 100, verdict: "regression" }));
  expect(text(reportOf(failing)).match(/REGRESSION/g)).toHaveLength(30);
});

test.each([60, 80, 120])("text fits %i columns, names cut in the middle", (columns) => {
  const long = `${"magnitude-of-".repeat(8)}last`;
  const changed = item({
    curve: long,
    verdict: "changed",
    differences: [
      { column: "macs", baseline: "1", results: "2", seeds: Array.from({ length: 99 }, (_, i) => i) },
    ],
  });
  const curves = [
    { curve: "c", nonInferior: { baseline: 0.9, results: null }, knee: { baseline: 0.9, results: 0.8 } },
  ];
  const shown = text(reportOf([changed, worse, warned], { curves, notes: ["word ".repeat(60)] }), columns);
  for (const line of shown.split("\n")) expect(line.length).toBeLessThanOrEqual(columns);
  expect(shown).toMatch(/magnit\S*…\S*last .*CHANGED/);
  expect(shown.replace(/\s+/g, " ")).toContain("macs 2 instead of 1 (seeds 0 to 98)");
});

test("names act in no format", () => {
  const report = reportOf([item({ curve: hostile, verdict: "regression" })], {
    notes: [`${hostile} differs`],
  });
  const [annotation = ""] = annotations(report);
  expect(annotation).not.toMatch(/[\n\r]/);
  expect(annotation).toMatch(/^::error title=a\\u000a%3A%3Aerror%3A%3Ainjected/);
  expect(text(report)).not.toMatch(broken);
  const xml = junitReport(report);
  expect(xml).not.toMatch(broken);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML allows none but these
  expect(xml).not.toMatch(/[^\u0009\u000a\u0020-\ud7ff\ue000-\ufffd]/);
  expect(xml).toContain("&lt;b&gt;");
  const markdown = markdownReport(report);
  expect(markdown).not.toMatch(broken);
  expect(markdown).toContain("\\|\\`\\<b\\>@<!-- -->me");
  expect(annotations(reportOf([item({ curve: "50%, a:b", verdict: "regression" })]))[0]).toBe(
    "::error title=50%25%2C a%3Ab at 90%25::50%25, a:b at 90%25: loses 1.00 points (p 0.001, 5 pairs of seeds)",
  );
});

test("a comparison that could not be made is told wherever its report is awaited", () => {
  const error = checkError(inputError(`The seeds differ:\n  ${hostile}`, { hint: "Sweep <them>." }), {
    results: "new",
    baseline: "old.csv",
  });
  const xml = junitError(error);
  expect(xml).toContain('<testsuites tests="1" failures="0" errors="1">');
  expect(xml).toMatch(
    /<error message="The seeds differ:">The seeds differ:\n.*Sweep &lt;them&gt;\.<\/error>/s,
  );
  const markdown = markdownError(error);
  expect(markdown).toMatch(/^<!-- prune-lab check -->\n\n\*\*Not compared: The seeds differ:\*\*\n/);
  expect(markdown).toContain("- Sweep \\<them\\>.");
  const annotation = errorAnnotation(error);
  expect(annotation).toMatch(/^::error title=prune-lab check::Not compared: The seeds differ:%0A/);
  expect(annotation).not.toMatch(/[\n\r]/);
});
