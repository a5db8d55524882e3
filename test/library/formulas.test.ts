import { cp, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "csv-parse/sync";
import { beforeAll, describe, expect, test } from "vitest";
import { check } from "../../src/analysis/gate/check.ts";
import { latex } from "../../src/library/latex.ts";
import { merge } from "../../src/library/merge.ts";
import { report } from "../../src/library/report.ts";
import type { FormulaOptions } from "../../src/metrics/formula/options.ts";
import { originFile, originText } from "../../src/recording/origin.ts";
import { readResults } from "../../src/recording/results-reader.ts";
import type { StudyEvent } from "../../src/scheduling/events.ts";
import { filesOf } from "../support/results.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../support/tiny-study.ts";

type Rows = readonly Readonly<Record<string, string>>[];

const root = await temporaryFolder();
const at = (...names: readonly string[]) => path.join(root, ...names);
const read = (...names: readonly string[]) => readFile(at(...names), "utf8");
const rowsOf = async (...names: readonly string[]): Promise<Rows> =>
  parse(await read(...names), { columns: true });
const worth = { name: "worth", formula: "accuracy * sparsity", better: "higher", bounds: [0, 1] };
const cost = { name: "cost", formula: "1 - worth", better: "lower", unit: "%", label: "what it costs" };
const started = (events: readonly StudyEvent[]) => events.filter(({ event }) => event === "run-started");
const notices = (events: readonly StudyEvent[]) =>
  events.flatMap((event) => (event.event === "notice" ? [event.message] : []));

beforeAll(async () => {
  await runIn(at("plain"), await tinyStudy(root), { charts: true });
  await cp(at("plain"), at("scored"), { recursive: true });
});

describe("a study with metrics of its own", () => {
  test("computes no run for them, and changes nothing else", async () => {
    const { events } = await runIn(at("scored"), await tinyStudy(root, { metrics: [worth, cost] }), {
      charts: true,
    });
    expect(started(events)).toEqual([]);
    expect(notices(events).filter((text) => /worth|cost/.test(text))).toEqual([]);
    const [before, after] = await Promise.all(["plain", "scored"].map((name) => filesOf(at(name))));
    for (const name of ["layers.csv", "history.csv", "snapshots.json", "charts/accuracy-vs-sparsity.svg"]) {
      expect(after?.get(name)).toBe(before?.get(name));
    }
    const [plain, scored] = await Promise.all(["plain", "scored"].map((name) => read(name, "results.csv")));
    const shared = (text = "") => text.split("\n").map((line) => line.split(",").slice(0, 32).join(","));
    expect(shared(scored)).toEqual(shared(plain));
    const { runs, identity } = JSON.parse(await read("plain", "manifest.json"));
    expect(JSON.parse(await read("scored", "manifest.json"))).toMatchObject({ runs, identity });
  });

  test("has their columns in the tables", async () => {
    const rows = await rowsOf("scored", "results.csv");
    for (const row of rows) {
      expect(Number(row.worth)).toBeCloseTo(Number(row.accuracy) * Number(row.sparsity), 5);
      expect(Number(row.pruned_worth)).toBeCloseTo(Number(row.pruned_accuracy) * Number(row.sparsity), 5);
      expect(row.baseline_worth).toBe("0.000000");
      expect(Number(row.cost)).toBeCloseTo(1 - Number(row.worth), 5);
      expect(row.baseline_cost).toBe("1.000000");
    }
    const [first] = await rowsOf("scored", "summary.csv");
    expect(Object.keys(first ?? {}).slice(-8)).toEqual(
      ["worth", "cost"].flatMap((name) =>
        ["mean", "std", "ci95_low", "ci95_high"].map((figure) => `${name}_${figure}`),
      ),
    );
    const last = (await rowsOf("scored", "summary.csv")).at(-1);
    const seeds = rows.slice(-2).map((row) => Number(row.worth));
    expect(Number(last?.worth_mean)).toBeCloseTo(((seeds[0] ?? 0) + (seeds[1] ?? 0)) / 2, 5);
  });

  test("shows them: a chart each, a table in the report, which is drawn again from the tables", async () => {
    const files = await filesOf(at("scored"));
    const page = await read("scored", "report.html");
    for (const name of ["worth", "cost"])
      expect([...files.keys()]).toContain(`charts/${name}-vs-sparsity.svg`);
    expect(await read("scored", "charts", "cost-vs-sparsity.svg")).toContain("What it costs (%)");
    expect(page).toContain("Metrics of this study&#39;s own");
    expect(page).toContain("Worth, the higher the better: accuracy * sparsity");
    await report([at("scored")]);
    expect(await filesOf(at("scored"))).toEqual(files);
  });

  test("is read back with them", async () => {
    const { metrics, unexplained, rows } = await readResults(at("scored"));
    expect(metrics).toMatchObject([
      { name: "worth", better: "higher", scale: 1, definition: "accuracy * sparsity" },
      { name: "cost", better: "lower", scale: 100, definition: "1 - worth; worth = accuracy * sparsity" },
    ]);
    expect(unexplained).toEqual([]);
    expect(rows[0]).toMatchObject({ baseline_worth: 0, worth: 0 });
    expect((await readResults(at("plain"))).metrics).toEqual([]);
  });

  test("has a table for a paper of each", async () => {
    expect(await latex([at("scored")], { metric: "cost" })).toContain(
      "\\caption{What it costs (\\%) of mlp on",
    );
    await expect(latex([at("scored")], { metric: "wort" })).rejects.toThrow(
      "--metric: 'wort' is none of these results. Did you mean 'worth'? Their own metrics: worth, cost.",
    );
    await expect(latex([at("plain")], { metric: "worth" })).rejects.toThrow("no metric of their own");
  });

  test("forgets a metric that the config no longer has", async () => {
    await cp(at("scored"), at("forgets"), { recursive: true });
    const { events } = await runIn(at("forgets"), await tinyStudy(root), { charts: true });
    expect(started(events)).toEqual([]);
    expect(await filesOf(at("forgets"))).toEqual(await filesOf(at("plain")));
  });

  test("says where one has no value, and where it leaves its bounds", async () => {
    const metrics = [
      { name: "ratio", formula: "1 / (nonzero_parameters - parameters)", better: "higher" },
      { name: "after", formula: "ratio + 1", better: "higher" },
      { name: "kept", formula: "nonzero_parameters", better: "lower", bounds: [0, 200], digits: 0 },
    ];
    const { events } = await runIn(at("scored-anew"), await tinyStudy(root, { metrics }));
    expect(notices(events).filter((text) => /ratio|after|kept/.test(text))).toEqual([
      "Warning: ratio is empty in 4 of 12 rows (division by 0, at column 6 of its formula), as in l1-unstructured at sparsity 0, seed 0.",
      "Warning: kept lies outside its bounds in 4 of 12 rows, as with 371 in l1-unstructured at sparsity 0, seed 0.",
    ]);
    const [dense] = await rowsOf("scored-anew", "results.csv");
    expect([dense?.ratio, dense?.after, dense?.kept]).toEqual(["", "", "371.000000"]);
  });

  test("that names figures of the other task is refused before anything is computed", async () => {
    const metrics = [{ name: "fit", formula: "1 - mse", better: "higher" }];
    await expect(runIn(at("other"), await tinyStudy(root, { metrics }))).rejects.toThrow(
      "metrics.0.formula, column 5 of it, with the dataset tiny-digits: mse is a figure of a regression, and this is a classification.",
    );
  });

  test("whose table lacks them says that it is to be run again", async () => {
    await cp(at("plain"), at("torn"), { recursive: true });
    await writeFile(at("torn", "config.yaml"), await read("scored", "config.yaml"));
    await expect(readResults(at("torn"))).rejects.toThrow(
      "results.csv has no column of the metric worth, which its config has",
    );
  });
});

describe("a table with metrics that stands alone", () => {
  test("is read; what its metrics are nobody knows, and check says so", async () => {
    await writeFile(at("alone.csv"), await read("scored", "results.csv"));
    const { metrics, unexplained } = await readResults(at("alone.csv"));
    expect([metrics, unexplained]).toEqual([[], ["worth", "cost"]]);
    const { notes, verdict } = await check({ results: at("scored"), baseline: at("alone.csv") });
    expect(notes).toContain(
      `Not judged: worth, cost of ${at("alone.csv")}, since no config says what they are.`,
    );
    expect(verdict).toBe("identical");
    const page = at("alone.html");
    await report([at("alone.csv")], { out: page });
    expect(await read("alone.html")).toContain(
      "Not shown: worth and cost of tiny, since no config says what they are.",
    );
  });

  test("knows them from what is recorded beside it", async () => {
    const { origin, content } = await readResults(at("scored"));
    if (origin === undefined) throw new Error("the folder has an origin");
    await writeFile(at("kept.csv"), content);
    await writeFile(originFile(at("kept.csv")), originText(origin, content));
    expect(await readResults(at("kept.csv"))).toMatchObject({
      metrics: [{ name: "worth" }, { name: "cost" }],
      unexplained: [],
    });
  });
});

describe("several studies", () => {
  const compared = async (formula: string) => {
    const metrics = [{ ...worth, formula }];
    await runIn(at("second"), await tinyStudy(root, { metrics, name: "second" }));
    await report([at("scored"), at("second")], { out: at("both.html") });
    return read("both.html");
  };

  test("share a chart of what means the same, and are told of what does not", async () => {
    const same = await compared("accuracy  *  sparsity");
    expect(same).toContain("Worth against sparsity");
    expect(same).not.toContain("whose formula differs");
    const different = await compared("2 * accuracy * sparsity");
    expect(different).not.toContain("Worth against sparsity");
    expect(different).toContain("Not shown: worth, whose formula differs between the sweeps.");
    expect(different).toContain(
      '<th scope="row">metric worth</th><td>accuracy * sparsity</td><td>2 * accuracy * sparsity</td>',
    );
  });

  test("parts are merged with their metrics, and not with others", async () => {
    const options = await tinyStudy(root, { metrics: [worth as unknown as FormulaOptions, cost] });
    const [first, second] = [1, 2].map((index) => ({ index, count: 2 }));
    await runIn(at("part-1"), options, { shard: first });
    await runIn(at("part-2"), options, { shard: second });
    await merge(at("merged"), [at("part-1"), at("part-2")]);
    expect(await filesOf(at("merged"))).toEqual(await filesOf(at("scored")));
    await runIn(at("part-2"), await tinyStudy(root, { metrics: [worth] }), { shard: second });
    await expect(merge(at("mixed"), [at("part-1"), at("part-2")])).rejects.toThrow(
      /part-2 is not of the same study as .*part-1.*\n {2}metrics: \[/s,
    );
  });
});
