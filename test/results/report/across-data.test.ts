import { expect, test } from "vitest";
import { acrossData } from "../../../src/results/report/across-data.ts";
import { comparable } from "../../../src/results/report/comparable.ts";
import { exampleStudy } from "../../support/example-study.ts";

const sweep = (name: string, dataset: string, methods?: readonly string[]) => ({
  name,
  rows: exampleStudy(methods === undefined ? {} : { methods }).results.map((row) => ({
    ...row,
    study: name,
    dataset,
  })),
  layers: [],
  history: [],
  snapshots: undefined,
  manifest: undefined,
  configText: undefined,
});

const textOf = async (studies: Parameters<typeof comparable>[0]) => {
  const found = await acrossData(comparable(studies), 4);
  return found?.section.text.replace(/<svg[\s\S]*?<\/svg>|<script[\s\S]*?<\/script>|<[^>]*>/g, " ");
};

test("the same methods on two sets of data are compared over both", async () => {
  const text = await textOf([sweep("a", "mnist"), sweep("b", "fashion-mnist")]);
  expect(text).toContain(
    "mnist, mlp and fashion-mnist, mlp: 2 methods and the sparsities that all of them have",
  );
  expect(text).toContain("Interquartile means");
  expect(text).toContain("Performance profiles across mnist, mlp; fashion-mnist, mlp");
});

test("there is nothing to compare on one set, nor of methods that only one set has", async () => {
  expect(await textOf([sweep("a", "mnist"), sweep("b", "mnist")])).toBeUndefined();
  expect(await textOf([sweep("a", "mnist", ["one"]), sweep("b", "fashion-mnist", ["two"])])).toBeUndefined();
});

test("a method that two sweeps of one set have is left out: which one counts is not known", async () => {
  const text = await textOf([
    sweep("a", "mnist", ["twice", "once"]),
    sweep("b", "mnist", ["twice"]),
    sweep("c", "fashion-mnist", ["twice", "once"]),
  ]);
  expect(text).toContain("1 method and the sparsities");
});

test("the same results give the same section", async () => {
  const studies = [sweep("a", "mnist"), sweep("b", "fashion-mnist")];
  expect(await textOf(studies)).toBe(await textOf(studies));
});
