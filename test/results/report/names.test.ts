import { describe, expect, it } from "vitest";
import { withDistinctNames } from "../../../src/results/report/names.ts";
import { resultRow } from "../../support/result-rows.ts";

const named = (...places: readonly (readonly [place: string, study: string, dataset?: string])[]) =>
  withDistinctNames(
    places.map(([place, name, dataset = "mnist"]) => ({
      place,
      study: {
        name,
        rows: [resultRow({ dataset })],
        layers: [],
        history: [],
        snapshots: undefined,
        manifest: undefined,
        configText: undefined,
      },
    })),
  ).map(({ name }) => name);

describe("withDistinctNames", () => {
  it("leaves names that differ", () => {
    expect(named(["r/1", "a"], ["r/2", "b"])).toEqual(["a", "b"]);
  });

  it("takes the shortest ends of the paths where names are the same", () => {
    expect(named(["r/one", "a"], ["r/two/", "a"], ["r/3", "b"])).toEqual(["one", "two", "b"]);
    expect(named(["x/one/mnist", "a"], ["x/two/mnist", "a"])).toEqual(["one/mnist", "two/mnist"]);
    expect(named(["before.csv", "a"], ["./r/after", "a"])).toEqual(["before", "after"]);
  });

  it("tells studies of one table by their dataset", () => {
    expect(named(["t.csv", "a", "mnist"], ["t.csv", "a", "mnist-10k"])).toEqual([
      "a (mnist, 10000)",
      "a (mnist-10k, 10000)",
    ]);
  });
});
