import { expect, test } from "vitest";
import { Graph } from "../../src/experiment/run-graph.ts";
import type { Run } from "../../src/experiment/runs/index.ts";

test("a graph takes as many runs as there is memory for, and says what makes room", () => {
  const graph = new Graph(2 ** 20);
  const run = (id: string): Run => ({ kind: "baseline", id, label: id, seed: 0, parents: [] });
  const most = 349;
  for (let i = 0; i < most; i++) graph.add(run(`${i}`));
  expect(graph.add(run("0"))).toBe("0");
  expect(() => graph.add(run("one more"))).toThrow(
    expect.objectContaining({
      kind: "input",
      message: `The study has more than ${most} runs (baselines, levels and pruned networks), for which this Node gives no memory.`,
      hint: expect.stringContaining("NODE_OPTIONS=--max-old-space-size=1000"),
    }),
  );
});
