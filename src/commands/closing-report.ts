import path from "node:path";
import chalk from "chalk";
import { sensitivitySentence } from "../charts/sensitivity.ts";
import { shellWord } from "../foundations/shell-word.ts";
import { wrap } from "../foundations/wrap.ts";
import { publishedSentences } from "../results/report/published.ts";
import { sweetSpotSentences } from "../results/report/sweet-spots.ts";
import { weightsSentence } from "../results/report/weight-statistics.ts";
import type { StudyOutcome } from "../results/study-folder.ts";
import { closingTable } from "../results/terminal/closing-table.ts";
import { codedSizes } from "../results/terminal/coded-sizes.ts";
import { shrunkSizes } from "../results/terminal/shrunk-sizes.ts";
import { textChart } from "../results/terminal/text-chart.ts";
import { unitShareSentences } from "../results/unit-shares.ts";

/** What a finished sweep prints: a text chart, the table, and where everything lies. */
export function closingReport(outcome: StudyOutcome, { columns }: { readonly columns: number }): string {
  const { results, metrics, published, evaluation, folder, shard, caution, charts } = outcome;
  if (shard !== undefined) {
    return (
      `Part ${shard.index} of ${shard.count}: ${outcome.runs} runs in ${path.normalize(folder)}. ` +
      "With all parts there: prune-lab merge OUT PARTS...\n"
    );
  }
  const style = { columns, color: chalk.level > 0 };
  const lines = [
    ...(caution === undefined
      ? []
      : [...wrap(caution, style.columns).map((line) => chalk.red.bold(line)), ""]),
    ...textChart(results, style),
    "",
    ...closingTable(results, {
      ...style,
      metrics,
      sensitivity: caution === undefined ? sensitivitySentence(results) : undefined,
    }),
    ...codedSizes(results).flatMap((line, i) => (i === 0 ? ["", line] : [line])),
    ...shrunkSizes(results).flatMap((line, i) => (i === 0 ? ["", line] : wrap(line, columns))),
    ...[
      ...unitShareSentences(results),
      ...sweetSpotSentences(evaluation["sweet-spots"]),
      ...[weightsSentence(evaluation.weights)].filter((sentence) => sentence !== undefined),
      ...publishedSentences(results, published),
    ].flatMap((sentence) => ["", ...wrap(sentence, columns)]),
    "",
    ...(charts
      ? [`Tables, charts, report.html and checkpoints: ${path.normalize(folder)}`]
      : [
          `Tables and checkpoints: ${path.normalize(folder)}`,
          `Charts and report: prune-lab report ${shellWord(path.normalize(folder))}`,
        ]),
  ];
  return `${lines.join("\n")}\n`;
}
