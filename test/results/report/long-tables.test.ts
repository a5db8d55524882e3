import { expect, it } from "vitest";
import { drawOverlay } from "../../../src/results/report/files.ts";
import { resultRow } from "../../support/result-rows.ts";

it("reports on 200,000 rows in a page of a few megabytes, and says what it leaves out", async () => {
  const rows = Array.from({ length: 200_000 }, (_, i) => {
    const target_sparsity = (i % 1000) / 1000;
    return resultRow({
      method: i < 100_000 ? "l1-unstructured" : "global-magnitude",
      seed: Math.floor(i / 1000) % 100,
      target_sparsity,
      accuracy: 0.97 - 0.3 * target_sparsity ** 30 + ((i * 7919) % 13) / 1e4,
    });
  });
  const study = {
    name: "long",
    rows,
    layers: [],
    history: [],
    snapshots: undefined,
    manifest: undefined,
    configText: undefined,
  };
  const page = await drawOverlay([study]);
  expect(page).toContain("Shown: 100 of 1,000 sparsities. The tables of the results folder have all.");
  expect(page.length).toBeLessThan(5_000_000);
}, 240_000);
