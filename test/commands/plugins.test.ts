import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { sha256 } from "../../src/foundations/hash.ts";
import { packageRoot } from "../../src/foundations/paths.ts";
import { registries } from "../../src/library/registries.ts";
import { tables } from "../../src/recording/columns.ts";
import type { Manifest } from "../../src/recording/manifest.ts";
import type { ResultRow } from "../../src/recording/rows.ts";
import { runCli } from "../support/cli.ts";
import { filesOf } from "../support/results.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const run = promisify(execFile);
const folder = await temporaryFolder();
const cli = (...args: string[]) => runCli(args, { cwd: folder });

/** The examples of docs/plugins.md: a plugin of every kind. */
const page = await readFile(path.join(packageRoot, "docs", "plugins.md"), "utf8");
const examples = [...page.matchAll(/```js\n(\/\/ (\S+)\n[\s\S]*?)```/g)].map(([, code = "", file = ""]) => ({
  code,
  file,
}));

/** A criterion of the tree, as it is built, under another name. */
async function magnitudeAsPlugin(): Promise<string> {
  const built = await readFile(path.join(packageRoot, "dist", "pruning", "criteria", "magnitude.js"), "utf8");
  const [, entry = ""] = /export const magnitude = ([\s\S]*);\s*$/.exec(built) ?? [];
  const renamed = entry.replace('"magnitude"', '"my-magnitude"');
  expect(renamed).not.toBe(entry);
  return (
    "const magnitudesOf = (values) => values.map(Math.abs);\n" +
    `export default ({ z, defineCriterion, scoreEach }) => ({ criteria: [${renamed}] });\n`
  );
}

const CONFIG = `
dataset: { name: blobs, count: 240 }
model: { name: bottleneck, wide: 12 }
train: { epochs: 2, batchSize: 16, optimizer: { name: adam, learningRate: 0.02 } }
prune:
  methods:
    - { name: all, criterion: lamp, allocation: largest-first, structure: { name: row-blocks, width: 3 }, schedule: halfway, recovery: resume }
    - { name: plugin, criterion: my-magnitude, allocation: global }
    - { name: tree, criterion: magnitude, allocation: global }
    - { name: few, construction: few-inputs }
  sparsities: [0, 0.6]
  finetune: { epochs: 1 }
seeds: [0, 1]
engine: kernels-wasm
`;

const files = [...examples.map(({ file }) => file), "my-magnitude.mjs"];
const plugins = files.flatMap((file) => ["--plugin", file]);
const sweep = (out: string, ...flags: string[]) =>
  cli("sweep", "--config", "study.yaml", ...plugins, "--out", out, ...flags);
const text = (...names: string[]) => readFile(path.join(folder, ...names), "utf8");

beforeAll(async () => {
  for (const { file, code } of examples) await writeFile(path.join(folder, file), code);
  await writeFile(path.join(folder, "my-magnitude.mjs"), await magnitudeAsPlugin());
  await writeFile(path.join(folder, "study.yaml"), CONFIG);
  const { code, stderr, stdout } = await sweep("two", "--workers", "2");
  expect(stderr).not.toContain("prune-lab:");
  expect(code).toBe(0);
  // The closing table is judged by the metric of the plugin.
  expect(stdout).toContain("Dense baseline, the unpruned network as trained: ");
  expect(stdout).toMatch(/Test retention in percent/);
});

describe("a sweep with a plugin of every kind", () => {
  test("the page has an example of every kind that there is", async () => {
    const manifest = JSON.parse(await text("two", "manifest.json")) as Manifest;
    const brought = manifest.plugins?.flatMap(({ members }) => members.map((member) => member.split(" ")[0]));
    // Controls, corruptions and export formats are the tool's own.
    const { methods, engines, controls, corruptions, formats, ...kinds } = registries;
    expect([...new Set(brought)].sort()).toEqual(
      Object.values(kinds)
        .map(({ kind }) => kind)
        .sort(),
    );
  });

  test("gives the same bytes through the library, with one worker", async () => {
    const inFolder = (file: string) => path.join(folder, file);
    const program = `
      import { loadPlugins, sweep } from "prune-lab";
      await loadPlugins(${JSON.stringify(files.map(inFolder))});
      // What is loaded is not loaded again.
      await loadPlugins([${JSON.stringify(inFolder("lamp.mjs"))}]);
      const options = { out: ${JSON.stringify(inFolder("one"))}, workers: 1 };
      const { results } = await sweep(${JSON.stringify(inFolder("study.yaml"))}, options);
      console.log(new Set(results.map(({ criterion }) => criterion)));`;
    const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", program], {
      cwd: packageRoot,
    });
    expect(stdout).toBe("Set(4) { 'lamp', 'my-magnitude', 'magnitude', 'few-inputs(count=2)' }\n");
    expect(await filesOf(inFolder("one"))).toEqual(await filesOf(inFolder("two")));
  });

  test("lists the plugins in its manifest, and in the report the command with them", async () => {
    const manifest = JSON.parse(await text("two", "manifest.json")) as Manifest;
    expect(manifest.plugins?.map(({ file }) => file)).toEqual(files);
    const lamp = examples.find(({ file }) => file === "lamp.mjs")?.code ?? "";
    expect(manifest.plugins?.[0]).toEqual({
      file: "lamp.mjs",
      sha256: sha256(lamp),
      members: ["criterion lamp"],
    });
    const report = await text("two", "report.html");
    expect(report).toContain(`--config config.yaml ${plugins.join(" ")} --engine kernels-wasm`);
    expect(report).toContain(sha256(lamp));
  });

  test("the same criterion from the tree and from a plugin: the same rows, byte for byte", async () => {
    for (const table of ["results", "summary", "layers", "history"] as const) {
      const lines = (await text("two", `${table}.csv`)).trimEnd().split("\n");
      const names = Object.keys(tables[table]);
      const of = (method: string) =>
        lines
          .map((line) => line.split(","))
          .filter((cells) => cells[names.indexOf("method")] === method)
          .map((cells) =>
            cells.filter((_, i) => !["method", "criterion"].includes(names[i] ?? "")).join(","),
          );
      expect(of("plugin").length, table).toBeGreaterThan(0);
      expect(of("plugin"), table).toEqual(of("tree"));
    }
  });

  test("draws the chart of the plugin, also when the report is drawn again", async () => {
    const chart = JSON.parse(await text("two", "charts", "loss-and-size.vl.json")) as {
      data: { values: readonly Partial<ResultRow>[] };
    };
    // Three methods at two sparsities, and what is constructed.
    expect(chart.data.values).toHaveLength((3 * 2 + 1) * 2);
    expect(await text("two", "report.html")).toContain("Down and to the left is better.");
    const before = await filesOf(path.join(folder, "two"));
    const again = await cli("report", "two", ...plugins);
    expect(again.code).toBe(0);
    expect(await filesOf(path.join(folder, "two"))).toEqual(before);
  });

  test("check takes a metric to recorded tables", async () => {
    const worse = (await text("two", "results.csv")).split("\n");
    const column = Object.keys(tables.results).indexOf("accuracy");
    const baseline = worse.map((line, i) =>
      line
        .split(",")
        .map((cell, j) => (i > 0 && j === column ? "1.000000" : cell))
        .join(","),
    );
    await writeFile(path.join(folder, "baseline.csv"), baseline.join("\n"));
    const checked = async (...flags: string[]) =>
      JSON.parse((await cli("check", "two", "--against", "baseline.csv", "--json", ...flags)).stdout).metric;
    expect(await checked("--plugin", "retention.mjs")).toBe("retention");
    expect(await checked()).toBe("accuracy");
  });

  test("without --plugin its names are errors", async () => {
    const { code, stderr } = await cli("sweep", "--config", "study.yaml", "--out", "none");
    expect(code).toBe(2);
    for (const name of ["blobs", "bottleneck", "lamp", "largest-first", "row-blocks", "halfway", "resume"]) {
      expect(stderr).toContain(`'${name}' is not one of `);
    }
  });

  test("computes again, after a plugin changed, exactly the runs that it shapes", async () => {
    const before = await filesOf(path.join(folder, "one"));
    await writeFile(path.join(folder, "my-magnitude.mjs"), `${await magnitudeAsPlugin()}// changed\n`);
    const { code, stdout } = await sweep("one", "--no-charts", "--json");
    expect(code).toBe(0);
    const computed = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { event: string; run?: string })
      .flatMap(({ event, run }) => (event === "run-finished" ? [run] : []));
    expect(computed.sort()).toEqual(["plugin-0.6-seed0", "plugin-0.6-seed1"]);
    const after = await filesOf(path.join(folder, "one"));
    expect(after.get("results.csv")).toBe(before.get("results.csv"));
  });

  test.each([
    [
      "an exception in a worker names the member",
      "{ criteria: [{ name: 'lazy', summary: 'Lazy.', scores() { throw new Error('no'); } }] }",
      "{ name: lazy, criterion: lazy, allocation: global }",
      "The criterion lazy of lazy.mjs fails in scores: no\n",
    ],
    [
      "a broken promise names the members that may have broken it",
      "{ allocations: [{ name: 'lazy', summary: 'Lazy.', exact: 'in total', counts: () => [1, 0, 0] }] }",
      "{ name: idle, criterion: random, allocation: lazy }",
      /The method idle fails: the allocation lazy prunes 1, 0, 0 of .*; the budget is \d+ in all\.\nIt uses what a plugin brings: allocation lazy\.\n/,
    ],
  ])("%s, and ends with exit code 3", async (title, code, method, message) => {
    const place = title.split(" ")[1] as string;
    await mkdir(path.join(folder, place));
    const file = path.join(place, "lazy.mjs");
    await writeFile(path.join(folder, file), `export default ${code};`);
    const flags = ["--plugin", file, "--set", `prune.methods=[${method}]`, "--workers", "1"];
    const { code: exit, stderr } = await sweep(path.join(place, "out"), ...flags);
    expect(exit).toBe(3);
    expect(stderr).toMatch(message);
  });
});

test("list and schema show what a plugin brings", async () => {
  const { stdout } = await cli("list", "criteria", "--plugin", "lamp.mjs");
  expect(stdout).toMatch(/^lamp +Squared weight over the squares/m);
  const schema = await cli("schema", "--plugin", "row-blocks.mjs");
  expect(schema.stdout).toContain('"row-blocks"');
  expect(schema.stdout).toContain("Weights in a block.");
});

test("a file that is no plugin is an error before anything else", async () => {
  const { code, stderr } = await cli("list", "--plugin", "study.yaml");
  expect(code).toBe(2);
  expect(stderr).toContain("prune-lab: study.yaml cannot be loaded: ");
  expect(stderr).toContain("A plugin is an ES module: a file that ends in .mjs");
});
