import { describe, expect, it, test } from "vitest";
import { recovery } from "../../src/charts/recovery.ts";
import { diverged, exampleStudy } from "../support/example-study.ts";

function points(
  study: Parameters<typeof exampleStudy>[0],
  change = (row: ReturnType<typeof diverged>) => row,
) {
  const results = exampleStudy(study).results.map(change);
  const spec = JSON.parse(JSON.stringify(recovery({ results }) ?? null));
  return spec?.data.values as
    | { method: string; sparsity: number; before: number; after: number; label: string }[]
    | undefined;
}

describe("recovery", () => {
  it("has before and after fine-tuning for each method and sparsity", () => {
    const found = points({ seeds: [0], sparsities: [0, 0.9], methods: ["l1-unstructured"] });
    // 0.977 - 0.8 x 0.9^20 and 0.977 - 0.3 x 0.9^60
    expect(found?.[1]?.before).toBeCloseTo(0.87973868, 8);
    expect(found?.[1]?.after).toBeCloseTo(0.9764609, 7);
    expect(found?.[1]?.label).toBe("l1-unstructured: 90% pruned, 87.97% before fine-tuning, 97.65% after");
  });

  it("leaves out points of which every run diverged", () => {
    expect(points({}, (row) => (row.target_sparsity === 0.9 ? diverged(row) : row))).toHaveLength(4);
  });

  it("is not drawn without fine-tuning", () => {
    expect(points({ recovery: "none" })).toBeUndefined();
  });
});

test("calls recovery by its name where it is not fine-tuning alone", () => {
  const { results } = exampleStudy();
  const title = (rows: typeof results) => JSON.stringify(recovery({ results: rows })?.title);
  expect(title(results)).toContain("Before and after fine-tuning");
  const rewound = results.map((row) => ({ ...row, recovery: "rewind(step=0 optimizer=fresh)" }));
  expect(title(rewound)).toContain("Before and after recovery");
  expect(title(rewound)).toContain("filled: recovered");
});
