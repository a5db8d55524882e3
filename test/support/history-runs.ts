import { sha256 } from "../../src/foundations/hash.ts";
import type { HistoryRun } from "../../src/recording/check-history.ts";

/** A line of a history of one curve, with values by sparsity. */
export function historyRun(
  values: Readonly<Record<string, number>>,
  { metric = "accuracy", ...changes }: Partial<HistoryRun> & { readonly metric?: string } = {},
): HistoryRun {
  const points = Object.entries(values).map(([sparsity, value]): [number, number] => [
    Number(sparsity),
    value,
  ]);
  return {
    tool: "prune-lab",
    history: 1,
    date: "2026-01-01T00:00:00.000Z",
    commit: null,
    results: sha256(JSON.stringify(values)),
    subject: {
      dataset: "mnist",
      test_examples: 10_000,
      model: "mlp",
      parameters: 266_610,
      dense_macs: 266_200,
      seeds: [0, 1, 2],
      metric,
    },
    study: "study",
    verdict: "no regression",
    restart: false,
    curves: [{ curve: "global-magnitude", area: null, worst: null, points }],
    ...changes,
  };
}
