import { describe, expect, it } from "vitest";
import { parseSnapshots, type Snapshots } from "../../src/recording/snapshots.ts";
import { exampleStudy } from "../support/example-study.ts";

const { snapshots } = exampleStudy({ sparsities: [0, 0.9] });
const parse = (changed: unknown) => parseSnapshots(JSON.stringify(changed), "snapshots.json");

function withFirst(change: (after: Snapshots["points"][number]["after"]) => object): unknown {
  const [first, ...others] = snapshots.points;
  if (first === undefined) throw new Error("the example has points");
  return {
    ...snapshots,
    points: [{ ...first, after: { ...first.after, ...change(first.after) } }, ...others],
  };
}

describe("a record of weights", () => {
  it("is read as it was written, also without weights before pruning", () => {
    expect(parse(snapshots)).toEqual(snapshots);
    expect(parse({ ...snapshots, before: null })).toEqual({ ...snapshots, before: null });
  });

  it.each([
    ["of an earlier version", { ...snapshots, format: 1 }, "format"],
    [
      "whose corner has another value",
      withFirst(({ corner }) => ({ corner: { ...corner, values: "AAAA" } })),
      "its corner does not fit the block of its first tensor",
    ],
    [
      "that lacks a tensor",
      withFirst(({ tensors }) => ({ tensors: tensors.slice(0, 1) })),
      "its networks have different tensors",
    ],
    [
      "with a short histogram",
      withFirst(({ together }) => ({ together: { ...together, histogram: "AAAA" } })),
      "points.0.after.together.histogram",
    ],
  ])("is refused %s", (_what, changed, where) => {
    expect(() => parse(changed)).toThrow(where);
  });
});
