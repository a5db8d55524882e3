import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "csv-parse/sync";
import { beforeAll, describe, expect, test } from "vitest";
import { resolveConfig } from "../../src/config/load.ts";
import { report } from "../../src/library/report.ts";
import { publishedColumns } from "../../src/recording/published-points.ts";
import { readResults } from "../../src/recording/results-reader.ts";
import { comparedColumns } from "../../src/results/published.ts";
import { filesOf } from "../support/results.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../support/tiny-study.ts";

const folder = await temporaryFolder();
const at = (...parts: string[]) => path.join(folder, ...parts);
const figure = (network: string, kept: string, error: string) =>
  `mine-2024,2024,https://a.example,tiny-digits,${network},magic,${network === "36-8-6-3" ? "allocation=uniform" : ""},${kept},${error},,,"long, with <care>",table 1`;

beforeAll(async () => {
  const rows = [
    figure("36-8-6-3", "0.1", "99"),
    figure("mlp", "0.1", "99"),
    figure("36-8-6-3", "0.3", "12.50"),
    figure("mlp", "1", "0.0"),
    figure("lenet-5", "0.1", "1"),
  ];
  await writeFile(at("mine.csv"), [Object.keys(publishedColumns).join(","), ...rows, ""].join("\n"));
});

describe("a study with published figures", () => {
  test("writes them beside its own, draws them again from the folder, and computes nothing for it", async () => {
    const plain = await tinyStudy(folder);
    await runIn(at("study"), plain);
    const before = await readFile(at("study", "results.csv"), "utf8");
    const { events } = await runIn(at("study"), { ...plain, published: [at("mine.csv")] }, { charts: true });
    expect(events.some(({ event }) => event === "run-started")).toBe(false);
    expect(await readFile(at("study", "results.csv"), "utf8")).toBe(before);

    const rows: Record<string, string>[] = parse(await readFile(at("study", "published.csv"), "utf8"), {
      columns: true,
    });
    expect(Object.keys(rows[0] ?? {})).toEqual(Object.keys(comparedColumns));
    expect(rows.map((row) => [row.kept, row.compared_method, row.pairing, row.not_compared])).toEqual([
      ["0.1", "l1-unstructured", "same method", ""],
      ["0.1", "l1-unstructured", "other method", ""],
      ["0.1", "global-magnitude", "other method", ""],
      ["0.3", "", "", "only 50%, 10% kept"],
      ["1", "l1-unstructured", "same method", ""],
    ]);
    expect(rows.map(({ verdict }) => verdict)).toEqual([
      "better",
      "better",
      "better",
      "",
      expect.stringMatching(/^(worse|no difference)$/),
    ]);
    const { rows: results } = await readResults(at("study"));
    const errors = results
      .filter((row) => row.method === "global-magnitude" && row.target_sparsity === 0.9)
      .map(({ accuracy }) => 100 * (1 - (accuracy ?? 0)));
    expect(Number(rows[2]?.our_error)).toBeCloseTo(((errors[0] ?? 0) + (errors[1] ?? 0)) / 2, 3);

    const page = await readFile(at("study", "report.html"), "utf8");
    expect(page).toMatch(
      /Beside published figures, 2 comparisons with the same method at the same fraction kept: .*; 2 comparisons with other methods, of figures whose own this study does not have: ours is better in 2\. Protocols differ/,
    );
    expect(page).toContain(
      "Nothing here is near 1 published figure, within 2% of the fraction kept: mine-2024 magic at 30% kept (only 50%, 10% kept).",
    );
    expect(page.includes("long, with &#60;care")).toBe(true);
    const files = await filesOf(at("study"));
    await report([at("study")]);
    expect(await filesOf(at("study"))).toEqual(files);

    // Without them, the folder is as it was.
    await runIn(at("study"), plain);
    expect([...(await filesOf(at("study"))).keys()]).not.toContain("published.csv");
  });

  test("says when none of them is of its network and data", async () => {
    const options = await tinyStudy(folder, { published: ["l0-2018"] });
    const { events } = await runIn(at("other"), options);
    expect(events.flatMap((event) => (event.event === "notice" ? [event.message] : []))).toContain(
      "None of the published figures is of mlp on tiny-digits, so none is shown. They are of lenet-5 on mnist.",
    );
    expect([...(await filesOf(at("other"))).keys()]).not.toContain("published.csv");
  });
});

test("a config is refused that names no paper, or a table that is none", async () => {
  await writeFile(
    at("wrong.csv"),
    `${Object.keys(publishedColumns).join(",")}\n${figure("mlp", "2", "1")}\n`,
  );
  const config = (published: readonly string[]) => () =>
    resolveConfig(
      { name: "a", dataset: { name: "mnist" }, model: { name: "lenet-300-100" }, published },
      { set: [] },
    );
  expect(config(["snip-2019", "rigl-2020"])()).toMatchObject({ published: ["snip-2019", "rigl-2020"] });
  expect(config(["snip"])).toThrow(/^config: published\.0: 'snip' is no paper whose figures are shipped\./);
  expect(config([at("wrong.csv")])).toThrow(
    "wrong.csv, line 2: kept is 2, not a fraction above 0 and up to 1",
  );
  expect(config(["snip-2019", "snip-2019"])).toThrow("published.1: snip-2019 is listed twice");
});
