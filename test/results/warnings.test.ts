import path from "node:path";
import { expect, test } from "vitest";
import { workerWarnings } from "../../src/results/warnings.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../support/tiny-study.ts";

test("more workers than an engine can have are told; fewer, as many, or none asked for are not", () => {
  const single = { name: "tensorflow", maxWorkers: 1 };
  expect(workerWarnings(single, 4)).toEqual([
    "The engine tensorflow runs in one worker at most, not in the 4 asked for.",
  ]);
  for (const asked of [1, undefined]) expect(workerWarnings(single, asked)).toEqual([]);
  expect(workerWarnings({ name: "kernels-wasm" }, 64)).toEqual([]);
});

test("an effective sparsity that is not met is told, once a method, where it is missed the most; one that is met is not", async () => {
  const folder = await temporaryFolder();
  const magnitude = { criterion: "magnitude", allocation: "global", target: "effective" };
  const options = await tinyStudy(folder, {
    train: { epochs: 1, batchSize: 16, optimizer: { name: "adam", learningRate: 0.02 } },
    prune: {
      methods: [
        { name: "weights", ...magnitude },
        { name: "neurons", ...magnitude, structure: "neuron" },
      ],
      sparsities: [0.1, 0.4, 0.7],
      exclude: ["output"],
      finetune: null,
    },
    seeds: [0],
  });
  const { outcome, events } = await runIn(path.join(folder, "effective"), options);
  const told = events.flatMap((event) =>
    event.event === "notice" && event.message.includes("effective sparsity") ? [event.message] : [],
  );
  const missed = outcome.results
    .filter(({ method }) => method === "neurons")
    .map((row) => ({ ...row, by: Math.abs((row.effective_sparsity ?? 0) - row.target_sparsity) }))
    .sort((a, b) => b.by - a.by);
  const [worst] = missed;
  expect(missed.every(({ by }) => by > 1 / 336)).toBe(true);
  expect(told).toEqual([
    `neurons asks for an effective sparsity of ${worst?.target_sparsity} and reaches ${Number(worst?.effective_sparsity?.toFixed(6))} in seed 0, the farthest off of 3 points: one unit more takes so much with it that it would be too many.`,
  ]);
});
