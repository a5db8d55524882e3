import { expect, it } from "vitest";
import { pairsOf } from "../../../src/analysis/statistics/drop-interval.ts";
import { resultRow } from "../../support/result-rows.ts";

it("pairsOf takes the seeds that both have", () => {
  const value = ({ accuracy: of }: { accuracy: number | null }) => of;
  const before = [resultRow({ seed: 0, accuracy: 0.9 }), resultRow({ seed: 1, accuracy: 0.8 })];
  const now = [resultRow({ seed: 1, accuracy: 0.7 }), resultRow({ seed: 2, accuracy: 0.6 })];
  expect(pairsOf(before, now, value)).toEqual([{ before: 0.8, now: 0.7 }]);
});
