import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { formatCsv } from "../../../src/recording/csv.ts";
import { runInProcess } from "../../support/in-process.ts";
import { resultRow } from "../../support/result-rows.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const folder = await temporaryFolder();
const at = (name: string) => path.join(folder, name);
const check = (...args: string[]) =>
  runInProcess(["check", ...args], { cwd: folder, env: { GITHUB_ACTIONS: "" } });

const write = async (name: string, drop: number, methods: readonly string[], sparsities = [0, 0.9, 0.98]) => {
  const rows = methods.flatMap((method, m) =>
    sparsities.flatMap((sparsity) =>
      [0, 1, 2, 3, 4].map((seed) => {
        const noise = 0.0005 * Math.sin(3 * seed + 7 * sparsity) - m / 1000;
        const accuracy = Number((0.98 - (sparsity === 0.98 ? drop : 0) + noise).toFixed(6));
        return resultRow({ method, target_sparsity: sparsity, sparsity, seed, accuracy });
      }),
    ),
  );
  await writeFile(at(name), formatCsv("results", rows));
};

describe("check --comment", async () => {
  await write("before.csv", 0, ["global-magnitude"]);
  await write("now.csv", 0.02, ["global-magnitude"]);

  test("a mark, the verdict, the worst points, and the curve before and after", async () => {
    expect((await check("now.csv", "--against", "before.csv", "--comment", "comment.md")).code).toBe(1);
    const text = await readFile(at("comment.md"), "utf8");
    const [mark, , verdict] = text.split("\n");
    expect(mark).toBe("<!-- prune-lab check: before.csv -->");
    expect(verdict).toMatch(/^\*\*Regression: global-magnitude at 98%: loses 2\.00 points/);
    expect(text).toMatch(/\| global-magnitude \| 98% \| 98\.\d\d \| 96\.\d\d \| 2\.00 \|/);
    const chart = /```mermaid\n([\s\S]*?)```/.exec(text)?.[1] ?? "";
    expect(chart).toContain('x-axis "pruned" ["0%", "90%", "98%"]');
    expect(chart.match(/^ {2}line \[[\d., ]+\]$/gm)).toHaveLength(2);
    expect(text).toMatch(/\| 98% \| 98\.\d\d → 96\.\d\d \|/);
  });

  test("is replaced by the next one; a foreign file is not", async () => {
    expect((await check("before.csv", "--against", "before.csv", "--comment", "comment.md")).code).toBe(0);
    expect(await readFile(at("comment.md"), "utf8")).toContain("**Identical to the baseline.**");
    await writeFile(at("README.md"), "# Mine\n");
    const refused = await check("now.csv", "--against", "before.csv", "--comment", "README.md");
    expect(refused.code).toBe(2);
    expect(await readFile(at("README.md"), "utf8")).toBe("# Mine\n");
  });

  test("says why when nothing could be compared, under the same mark", async () => {
    expect((await check("now.csv", "--against", "none.csv", "--comment", "none.md")).code).toBe(2);
    const text = await readFile(at("none.md"), "utf8");
    expect(text).toMatch(
      /^<!-- prune-lab check: none\.csv -->\n\n\*\*Not compared: none\.csv does not exist/,
    );
  });

  test("stays below GitHub's limit, and names are text that calls nobody", async () => {
    const methods = Array.from({ length: 60 }, (_, i) => `@everyone **${i}** <b>|\`${"x".repeat(80)}`);
    const sparsities = Array.from({ length: 20 }, (_, i) => Number((i / 20).toFixed(2)));
    await write("wide-before.csv", 0, methods, [...sparsities, 0.98]);
    await write("wide-now.csv", 0.02, methods, [...sparsities, 0.98]);
    expect((await check("wide-now.csv", "--against", "wide-before.csv", "--comment", "wide.md")).code).toBe(
      1,
    );
    const text = await readFile(at("wide.md"), "utf8");
    expect(text.length).toBeLessThan(65_536);
    expect(text).toContain("54 more curves without a chart here.");
    expect(text).not.toMatch(/@everyone|[^\\]<b>/);
  });
});
