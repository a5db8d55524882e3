import { describe, expect, it } from "vitest";
import { guessByName } from "../../../src/analysis/constant-guesses.ts";
import type { Manifest } from "../../../src/recording/manifest.ts";
import type { HistoryRow, ResultRow } from "../../../src/recording/rows.ts";
import { nextSteps } from "../../../src/results/report/next-steps.ts";
import { exampleStudy } from "../../support/example-study.ts";
import { resultRow } from "../../support/result-rows.ts";

const manifest = {
  settings: {
    train: { optimizer: { learningRate: 0.5 } },
    prune: { finetune: { epochs: 2, optimizer: { learningRate: 0.2 } } },
  },
} as unknown as Manifest;
const steps = (results: readonly ResultRow[], history: readonly HistoryRow[] = []) =>
  nextSteps({ results, history, guessOf: guessByName }, manifest).map(({ why, command }) => [why, command]);

/** Rows of one method: accuracies by sparsity, one a seed. */
const rows = (bySparsity: Readonly<Record<number, readonly number[]>>, change: Partial<ResultRow> = {}) =>
  Object.entries(bySparsity).flatMap(([sparsity, accuracies]) =>
    accuracies.map((value, seed) =>
      resultRow({ target_sparsity: Number(sparsity), seed, accuracy: value, loss: 0.1, ...change }),
    ),
  );

describe("nextSteps", () => {
  it("asks for as many seeds as the doubt needs, keeping those that are there", () => {
    // Drops of 0, 1 and 2 tenths around 0.5 points, deviation 0.5: below 1 point from 5 seeds on.
    const found = steps(rows({ 0: [0.97, 0.97, 0.97], 0.9: [0.965, 0.97, 0.96], 0.99: [0.5, 0.5, 0.5] }));
    expect(found).toEqual([
      [
        "global-magnitude at 90% is within 1 point of the dense control on average, which 3 seeds cannot show for certain. If the next seeds vary as much, 5 seeds can.",
        "prune-lab sweep --config config.yaml --set 'seeds=[0,1,2,3,4]' --out .",
      ],
    ]);
  });

  it("asks for nothing of a control", () => {
    const flat = { 0: [0.97, 0.971], 0.9: [0.97, 0.971] };
    const control = { method: "global-magnitude-unpruned", control: "unpruned" };
    const falls = { 0: [0.97, 0.97], 0.9: [0.5, 0.5] };
    expect(steps([...rows(falls), ...rows(flat, control)])).toEqual(steps(rows(falls)));
    expect(steps(rows(flat, control))).toEqual([]);
  });

  it("asks for higher sparsities where a curve is flat to its end", () => {
    const found = steps(rows({ 0: [0.97, 0.971], 0.9: [0.97, 0.971] }));
    expect(found).toEqual([
      [
        "global-magnitude is still within 1 point of the dense control at 90%, the highest sparsity: what it loses, it loses beyond.",
        "prune-lab sweep --config config.yaml --set 'prune.sparsities=[0,0.9,0.95,0.98,0.99]' --out .",
      ],
    ]);
  });

  it("asks for one ranking over all layers where the same sparsity everywhere empties one, or to spare the output", () => {
    const uniform = { method: "l1-unstructured", allocation: "uniform" };
    const collapse = [
      ...rows({ 0: [0.97, 0.97] }, uniform),
      ...rows({ 0.9: [0.1, 0.1] }, { ...uniform, status: "collapsed" }),
    ];
    expect(steps(collapse)[0]?.[1]).toBe(
      "prune-lab sweep --config config.yaml --set 'prune.methods=[l1-unstructured, {name: l1-unstructured-over-all-layers, criterion: magnitude, allocation: global}]' --out .",
    );
    const both = [...collapse, ...rows({ 0: [0.97, 0.97], 0.9: [0.5, 0.5] })];
    expect(steps(both)[0]?.[1]).toContain("--set 'prune.exclude=[output]' --out ../output-spared");
  });

  it("asks for more epochs where the last one still gives something in every seed", () => {
    const { results } = exampleStudy({ sparsities: [0, 0.99], seeds: [0, 1, 2] });
    const epoch = (seed: number, at: number, accuracy: number): HistoryRow => ({
      study: "study",
      phase: "finetune",
      method: "global-magnitude",
      target_sparsity: 0.99,
      seed,
      epoch: at,
      learning_rate: null,
      train_loss: null,
      validation_loss: null,
      validation_accuracy: accuracy,
    });
    const rising = [0, 1, 2].flatMap((seed) => [epoch(seed, 1, 0.8), epoch(seed, 2, 0.85 + 0.001 * seed)]);
    expect(steps(results, rising).at(-1)).toEqual([
      "The last epoch of fine-tuning still gives 5.1 points at 99% of global-magnitude, and the curve rises at 1 point in all: more epochs may give more.",
      "prune-lab sweep --config config.yaml --set 'prune.finetune.epochs=4' --out ../longer-fine-tuning",
    ]);
    const texts = (recovery: string) =>
      JSON.stringify(
        steps(
          results.map((row) => ({ ...row, recovery })),
          rising,
        ),
      );
    expect(texts("distill(temperature=4 weight=0.9)")).toContain("prune.finetune.epochs=4");
    expect(texts("rewind(step=0 optimizer=fresh)")).not.toContain("epochs");
    const level = rising.map((row) => ({ ...row, validation_accuracy: 0.8 }));
    expect(steps(results, level).join(" ")).not.toContain("epoch");
  });

  it("asks for a lower learning rate where the dense network learned nothing, and for nothing else of it", () => {
    const untrained = rows({ 0: [0.1, 0.1], 0.9: [0.1, 0.1] }).map((row) => ({
      ...row,
      baseline_accuracy: 0.1,
      baseline_loss: 2.4,
      loss: 2.4,
    }));
    const found = steps(untrained);
    expect(found).toHaveLength(1);
    expect(found[0]?.[1]).toContain("--set 'train.optimizer.learningRate=0.05'");
  });

  it("says nothing without the settings of a folder", () => {
    const results = rows({ 0: [0.97, 0.97], 0.9: [0.97, 0.97] });
    expect(nextSteps({ results, history: [], guessOf: guessByName }, undefined)).toEqual([]);
  });
});
