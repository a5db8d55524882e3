import { percent } from "../charts/parts/titles.ts";
import type { Figures } from "../library/steps/figures.ts";
import type { WrittenCheckpoint } from "../library/steps/output.ts";
import { accuracy } from "../metrics/accuracy.ts";
import { loss } from "../metrics/loss.ts";
import { measured, valueText } from "../metrics/words.ts";

export const count = (value: number) => value.toLocaleString("en-US");

/** `pruned.safetensors: 1,234 bytes` */
export function writtenLine({ file, bytes }: WrittenCheckpoint): string {
  return `${file}: ${count(bytes)} bytes\n`;
}

/** A line a figure, their names in one column. */
export function figureLines(figures: Figures): string {
  const { dataset, test_examples: examples, status } = figures;
  const lines: [string, string][] = [
    ["status", status],
    ...(figures.accuracy === null
      ? []
      : [["accuracy", measured(accuracy, figures.accuracy)] satisfies [string, string]]),
    ["loss", figures.loss === null ? "not finite" : valueText(loss, figures.loss)],
    ["tested on", `${count(examples)} examples of ${dataset}`],
    ["sparsity", sparsityText(figures)],
    ["parameters", `${count(figures.nonzero_parameters)} of ${count(figures.parameters)} left`],
    ["macs", `${count(figures.macs)} of ${count(figures.dense_macs)} for one example`],
    [
      "bytes",
      `${count(figures.sparse_bytes)} in the smallest encodings, ${count(figures.dense_bytes)} dense`,
    ],
  ];
  return lines.map(([name, text]) => `${name.padEnd(12)}${text}\n`).join("");
}

function sparsityText({ sparsity, effective_sparsity: effective }: Figures): string {
  return effective === null ? percent(sparsity) : `${percent(sparsity)}, effective ${percent(effective)}`;
}
