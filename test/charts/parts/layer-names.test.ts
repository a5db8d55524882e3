import { expect, test } from "vitest";
import { layerNames, multipliedLayers } from "../../../src/charts/parts/layer-names.ts";
import { exampleStudy } from "../../support/example-study.ts";

test("long names are cut at a dot from the front, unless they would be the same", () => {
  const names = [
    "fc1",
    "distilbert.transformer.layer.11.attention.out_lin",
    "bert.encoder.layer.0.attention.self.query",
    "a.long.name.of.one.branch.of.two.weight",
    "b.long.name.of.one.branch.of.two.weight",
    "a-long-name-without-any-dot-in-it",
  ];
  expect([...layerNames(names).values()]).toEqual([
    "fc1",
    "…layer.11.attention.out_lin",
    "…0.attention.self.query",
    "a.long.name.of.one.branch.of.two.weight",
    "b.long.name.of.one.branch.of.two.weight",
    "a-long-name-without-any-dot-in-it",
  ]);
});

test("layers that neither multiply nor are pruned are left out", () => {
  const [row] = exampleStudy().layers;
  if (row === undefined) throw new Error("no rows");
  const layers = [
    { ...row, layer: "embeddings", macs: 0, sparsity: 0 },
    { ...row, layer: "dense", macs: 5, sparsity: 0 },
    { ...row, layer: "emptied", macs: 0, sparsity: 1 },
  ];
  expect([...multipliedLayers(layers)]).toEqual(["dense", "emptied"]);
});
