import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { report } from "../../src/library/report.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../support/tiny-study.ts";

const root = await temporaryFolder();
const out = path.join(root, "out");
const read = (name: string) => readFile(path.join(out, name), "utf8");

it("other labels compute nothing again, change no table, and are drawn", async () => {
  await runIn(out, await tinyStudy(root));
  const tables = ["results.csv", "summary.csv", "layers.csv", "history.csv"];
  const before = await Promise.all(tables.map(read));
  const { runs, identity } = JSON.parse(await read("manifest.json"));

  const labels = { methods: { "l1-unstructured": "Layer by layer" }, axes: { sparsity: "Sparsity (%)" } };
  const { events } = await runIn(out, await tinyStudy(root, { labels }), { charts: true });
  expect(events.filter(({ event }) => event === "run-started")).toEqual([]);
  expect(await Promise.all(tables.map(read))).toEqual(before);
  expect(JSON.parse(await read("manifest.json"))).toMatchObject({ runs, identity, labels });

  const page = await read("report.html");
  const chart = await read("charts/accuracy-vs-sparsity.svg");
  for (const text of [page, chart]) {
    expect(text).toContain("Layer by layer");
    expect(text).toContain("Sparsity (%)");
  }
  await report([out]);
  expect(await read("report.html")).toBe(page);
  expect(await read("charts/accuracy-vs-sparsity.svg")).toBe(chart);

  await runIn(out, await tinyStudy(root), { charts: true });
  expect(await read("report.html")).not.toContain("Layer by layer");
});
