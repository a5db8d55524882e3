import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { charts } from "../../../src/charts/registry.ts";
import type { RenderedChart } from "../../../src/charts/rendering/render.ts";
import { sha256 } from "../../../src/foundations/hash.ts";
import { report } from "../../../src/library/report.ts";
import { type Manifest, type ManifestCharts, readManifest } from "../../../src/recording/manifest.ts";
import { chartFileNames, DrawnCharts, specText } from "../../../src/results/report/drawn-charts.ts";
import { runCli } from "../../support/cli.ts";
import { filesOf } from "../../support/results.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../../support/tiny-study.ts";

/** Charts that were laid out, in this process. */
const layouts = vi.hoisted(() => ({ count: 0 }));
vi.mock("vega", async (original) => {
  const vega = await original<typeof import("vega")>();
  class View extends vega.View {
    constructor(...given: ConstructorParameters<typeof vega.View>) {
      super(...given);
      layouts.count++;
    }
  }
  return { ...vega, View };
});

const root = await temporaryFolder();
const folder = path.join(root, "tiny");
const pictures = path.join(folder, "charts");
const sweep = async (changes = {}, to = folder) =>
  runIn(to, await tinyStudy(root, { seeds: [0], ...changes }), { charts: true });

/** Which file each name stands for: another one after each writing. */
async function inodes(): Promise<Map<string, number>> {
  const names = await readdir(pictures);
  const of = await Promise.all(names.map(async (name) => (await stat(path.join(pictures, name))).ino));
  return new Map(names.map((name, i) => [name, of[i] as number]));
}

/** The names whose files are other ones than before. */
async function writtenSince(before: ReadonlyMap<string, number>): Promise<string[]> {
  return [...(await inodes())].flatMap(([name, ino]) => (before.get(name) === ino ? [] : [name])).sort();
}

beforeEach(async () => {
  await sweep();
  layouts.count = 0;
});

describe("charts that are drawn", () => {
  it.each([
    ["a sweep", () => sweep()],
    ["a report", () => report([folder])],
  ])("are left as they are by %s that has nothing new to show", async (_, again) => {
    const [before, bytes] = [await inodes(), await filesOf(folder)];
    expect(before.size).toBeGreaterThan(30);
    await again();
    expect(await writtenSince(before)).toEqual([]);
    expect(await filesOf(folder)).toEqual(bytes);
    expect(layouts.count).toBe(0);
  });

  it.each([
    ["removed", (file: string) => rm(file)],
    ["empty", (file: string) => writeFile(file, "")],
    ["damaged", async (file: string) => writeFile(file, (await readFile(file)).reverse())],
  ])("are drawn again where a picture is %s", async (_, spoil) => {
    const bytes = await filesOf(folder);
    for (const kind of ["svg", "png"]) await spoil(path.join(pictures, `recovery.${kind}`));
    await spoil(path.join(pictures, "finetuning.vl.json"));
    const before = await inodes();
    await sweep();
    const written = (await writtenSince(before)).filter((name) => !name.startsWith("finetuning."));
    expect(written).toEqual(["recovery.png", "recovery.svg"]);
    expect(layouts.count).toBe(1);
    expect(await filesOf(folder)).toEqual(bytes);
  });

  it("are drawn again where they show something else, and so are those whose font has other characters then", async () => {
    const before = await inodes();
    const labels = { labels: { axes: { epoch: "Epoch §" } } };
    await sweep(labels);
    const written = await writtenSince(before);
    expect(written.filter((name) => !name.endsWith(".svg"))).toEqual([
      "finetuning.png",
      "finetuning.vl.json",
    ]);
    expect(written).toHaveLength(before.size / 3 + 2);
    expect(layouts.count).toBe(1);
    const other = path.join(root, "other");
    await sweep(labels, other);
    expect(await filesOf(folder)).toEqual(await filesOf(other));
  });

  it("are drawn again by another version", async () => {
    const bytes = await filesOf(folder);
    const file = path.join(folder, "manifest.json");
    const renderer = (await readManifest(folder))?.charts?.renderer ?? "";
    expect(renderer).toMatch(/^[0-9a-f]{64}$/);
    await writeFile(file, (await readFile(file, "utf8")).replace(renderer, "0".repeat(64)));
    await sweep();
    expect(layouts.count).toBe((await readdir(pictures)).length / 3);
    expect(await filesOf(folder)).toEqual(bytes);
  });

  it.each([
    ["are left where the specification has its data", { values: [] }, true],
    ["are drawn again where it reads them", { url: "runs.csv" }, false],
  ])("%s", async (_, data, isLeft) => {
    const spec = { mark: "point", data } as unknown as RenderedChart["spec"];
    const chart = charts.named("recovery");
    const manifest = (await readManifest(folder)) as Manifest & { charts: ManifestCharts };
    const { renderer, sha256: checksums } = manifest.charts;
    const recorded = { ...checksums, [chartFileNames("recovery").spec]: sha256(specText(spec)) };
    const drawn = await DrawnCharts.in(folder, { ...manifest, charts: { renderer, sha256: recorded } });
    expect(drawn.svgOf({ chart, spec }) !== undefined).toBe(isLeft);
  });

  it("are looked at without Vega", async () => {
    const hook = `export const load = (url, ...rest) => {
      if (url.includes("/node_modules/vega/")) throw new Error("Vega is loaded.");
      return rest[1](url, rest[0]);
    };`;
    const register = `import { register } from "node:module"; register(${JSON.stringify(asUrl(hook))});`;
    const env = { NODE_OPTIONS: `--import=${asUrl(register)}` };
    expect(await runCli(["report", "tiny"], { cwd: root, env })).toMatchObject({ code: 0, stderr: "" });
    await rm(path.join(pictures, "recovery.png"));
    expect((await runCli(["report", "tiny"], { cwd: root, env })).stderr).toContain("Vega is loaded.");
  });
});

function asUrl(source: string): string {
  return `data:text/javascript;base64,${Buffer.from(source).toString("base64")}`;
}
