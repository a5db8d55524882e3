import { describe, expect, it } from "vitest";
import { heat } from "../../src/charts/parts/theme.ts";
import { sparsityByMetric } from "../../src/charts/sparsity-by-metric.ts";
import type { ResultRow } from "../../src/recording/rows.ts";
import { exampleStudy } from "../support/example-study.ts";
import { ownMetrics } from "../support/own-metric.ts";
import { resultRow } from "../support/result-rows.ts";

const rows = [0.5, 0.8, 0.9].map((sparsity, i) =>
  resultRow({ method: "a", target_sparsity: sparsity, sparsity, accuracy: 0.9 - 0.1 * i }),
);
const metric = (better: string) => ({ name: "own", formula: "sparsity", better, digits: 1 });

interface Panel {
  data: { values: { class: string; label: string }[] };
  encoding: { fill: { scale: { domain: string[]; range: string[] } } };
}

function panel(better: string, of: readonly ResultRow[] = rows): Panel {
  const { concat } = JSON.parse(JSON.stringify(sparsityByMetric(ownMetrics([metric(better)], of))));
  return concat[0];
}

describe("sparsityByMetric", () => {
  it("shades networks by the rank of the metric, the darker the better", () => {
    const { data, encoding } = panel("higher");
    expect(data.values.map((point) => point.class)).toEqual(["0.5", "0.8", "0.9"]);
    expect(encoding.fill.scale).toEqual({ domain: ["0.5", "0.8", "0.9"], range: heat.slice(-3) });
    expect(data.values[2]?.label).toBe("a: 90% pruned, 70.00%, own 0.9");
    expect(panel("lower").encoding.fill.scale).toEqual({
      domain: ["0.9", "0.8", "0.5"],
      range: heat.slice(-3),
    });
  });

  it("has five shades at most, named by the values that they have", () => {
    const many = Array.from({ length: 10 }, (_, i) =>
      resultRow({ method: "a", target_sparsity: i / 10, sparsity: i / 10 }),
    );
    expect(panel("higher", many).encoding.fill.scale.domain).toEqual([
      "0.0 to 0.1",
      "0.2 to 0.3",
      "0.4 to 0.5",
      "0.6 to 0.7",
      "0.8 to 0.9",
    ]);
  });

  it("is not drawn without a metric of one's own", () => {
    expect(sparsityByMetric(exampleStudy())).toBeUndefined();
  });
});
