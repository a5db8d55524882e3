import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { captionOf } from "../../../src/charts/chart.ts";
import { charts, chartsOf } from "../../../src/charts/registry.ts";
import { rasterize } from "../../../src/charts/rendering/rasterize.ts";
import { accuracy } from "../../../src/metrics/accuracy.ts";
import { loss } from "../../../src/metrics/loss.ts";
import { drawOverlay } from "../../../src/results/report/files.ts";
import { findChromium, launchChromium } from "../../support/browser.ts";
import { everyChartStudy, exampleStudy } from "../../support/example-study.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

// Names that would do harm if they were not escaped.
const HOSTILE = `<img src=x onerror="document.title='broken'">`;
const METHODS = ["l1-unstructured", "global-magnitude", HOSTILE];

function study(name: string, methods: readonly string[], make: typeof exampleStudy = exampleStudy) {
  const { results, ...others } = make({ methods, sparsities: [0, 0.5, 0.9, 0.99] });
  const rows = results.map((row) => ({
    ...row,
    // The later a method, the larger; and the better, so that each is in the front.
    sparse_bytes: Math.round(1e6 * (1.001 - row.target_sparsity) * 1.1 ** methods.indexOf(row.method)),
  }));
  return { name, rows, ...others, manifest: undefined, configText: undefined };
}

const EVERY_CHART = chartsOf(everyChartStudy()).length;

/** A study with every chart. */
function whole() {
  return study(`</title><script>document.title="broken"</script>`, METHODS, everyChartStudy);
}

const chromium = findChromium();
if (chromium === undefined) {
  const message = "No Chromium found (PRUNE_LAB_CHROMIUM names one)";
  // CI sets this, so that the tests are not left out there.
  if (process.env.PRUNE_LAB_REQUIRE_CHROMIUM === "1") throw new Error(message);
  console.warn(`${message}: the tests of report.html in a browser are left out.`);
}

let page: string;
let overlaid: string;
let apart: string;
beforeAll(async () => {
  const folder = await temporaryFolder();
  const one = [whole()];
  const two = [study("first", ["global-magnitude"]), study("second", ["global-magnitude"])];
  page = path.join(folder, "one.html");
  overlaid = path.join(folder, "two.html");
  const full = study("full", ["global-magnitude"]);
  const subset = (name: string) => {
    const other = study(name, ["global-magnitude"]);
    const rows = other.rows.map((row) => ({ ...row, dataset: "mnist-10k", test_examples: 1000 }));
    return { ...other, rows };
  };
  const three = [full, subset("small"), subset("smaller")];
  apart = path.join(folder, "three.html");
  await writeFile(apart, await drawOverlay(three));
  await writeFile(page, await drawOverlay(one));
  await writeFile(overlaid, await drawOverlay(two));
});

describe("the page as text", () => {
  it("is one file under 3 MB that names nothing outside of itself", async () => {
    const text = await readFile(page, "utf8");
    expect(text.length).toBeLessThan(3_000_000);
    // Links to papers are followed by a reader, never by the page; specifications name their schema.
    const own = text
      .replace(/<a href="https:\/\/arxiv\.org\/abs\/[\d.]+" rel="noreferrer">/g, "<a>")
      .replaceAll('"https://vega.github.io/schema/vega-lite/v6.json"', "")
      .replaceAll("http://www.w3.org/", "");
    expect(own).not.toMatch(/(?:src|href)="(?!data:|#)[^"]/);
    expect(own).not.toMatch(/https?:\/\//);
  });

  it("has every chart with its caption, also of a regression, which has no word of accuracy", async () => {
    const text = await readFile(page, "utf8");
    const { results, ...others } = everyChartStudy({ regression: true });
    const regression = { name: "r", rows: results, ...others, manifest: undefined, configText: undefined };
    const other = await drawOverlay([regression]);
    const ofClasses = ["class-accuracy", "reliability"];
    for (const chart of charts.list()) {
      expect(text).toContain(`<figcaption>${captionOf(chart, accuracy)}</figcaption>`);
      if (ofClasses.includes(chart.name)) continue;
      expect(other).toContain(`<figcaption>${captionOf(chart, loss)}</figcaption>`);
    }
    const shown = other.replace(/<(style|script)[\s\S]*?<\/\1>| data-name="[^"]*"/g, "");
    expect(shown.match(/.{0,60}accura(?:cy|te).{0,60}/gi) ?? []).toEqual([]);
  });

  it("has a policy that lets nothing in, and no other base or form", async () => {
    const [, policy = ""] =
      /Content-Security-Policy" content="([^"]*)"/.exec(await readFile(page, "utf8")) ?? [];
    const hash = "'sha256-[A-Za-z0-9+/]{43}='";
    expect(policy).toMatch(
      new RegExp(
        `^default-src 'none'; style-src ${hash}; script-src ${hash}; font-src data:; img-src data:; base-uri 'none'; form-action 'none'$`,
      ),
    );
  });

  it("is the same again", async () => {
    expect(await drawOverlay([whole()])).toBe(await readFile(page, "utf8"));
  });
});

describe.runIf(chromium !== undefined)("the page in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium(chromium ?? "");
  });
  afterAll(() => browser.close());

  /** Opens a page from disk; `faults` collects what it complains of and everything that it asks the network for. */
  async function open(file: string, options: BrowserContextOptions = {}) {
    const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
    const opened = await context.newPage();
    const faults: string[] = [];
    opened.on("console", (message) => faults.push(message.text()));
    opened.on("pageerror", (error) => faults.push(error.message));
    opened.on("request", (request) => {
      if (!/^(file|data):/.test(request.url())) faults.push(request.url());
    });
    await opened.goto(pathToFileURL(file).href);
    return { opened, faults, close: () => context.close() };
  }

  const visible = (opened: Page, selector: string) => opened.locator(`${selector}:not([hidden])`).count();

  it("shows every chart, without a fault and without the network", async () => {
    const { opened, faults, close } = await open(page);
    expect(await opened.locator("figure .chart svg").count()).toBe(EVERY_CHART);
    expect(await opened.title()).toContain("</title><script>");
    expect(await opened.locator("img").count()).toBe(0);
    expect(faults).toEqual([]);
    await close();
  });

  it("hides a method everywhere, and shows it again", async () => {
    const { opened, close } = await open(page);
    const marks = await visible(opened, '.chart [data-series="1"]');
    const rows = await visible(opened, 'tr[data-series="1"]');
    expect(marks).toBeGreaterThan(20);
    expect(rows).toBeGreaterThan(4);
    const others = await visible(opened, '.chart [data-series="0"]');
    await opened.getByRole("checkbox", { name: "global-magnitude" }).uncheck();
    expect(await visible(opened, '[data-series="1"]')).toBe(0);
    expect(await visible(opened, '.chart [data-series="0"]')).toBe(others);
    await opened.getByRole("checkbox", { name: "global-magnitude" }).check();
    expect(await visible(opened, '.chart [data-series="1"]')).toBe(marks);
    await close();
  });

  it("hides a method's name in legends and takes it out of the Pareto front", async () => {
    const { opened, close } = await open(page);
    const figure = opened.locator('figure[data-name="accuracy-vs-size"]');
    const front = () => figure.locator("[data-front]").getAttribute("d");
    const names = figure.locator("text:not([hidden])", { hasText: /^global-magnitude$/ });
    const whole = await front();
    expect(await names.count()).toBe(1);
    await opened.getByRole("checkbox", { name: "global-magnitude" }).uncheck();
    expect(await names.count()).toBe(0);
    await opened.getByRole("checkbox", { name: "l1-unstructured" }).uncheck();
    const left = (await front()) ?? "";
    expect(left).not.toBe(whole);
    // What is left of the front begins at a mark that is shown.
    const places = await figure
      .locator("[data-tip][data-series][transform]:not([hidden])")
      .evaluateAll((marks) => marks.map((mark) => mark.getAttribute("transform")));
    expect(places.some((place) => place === `translate(${/^M([\d.,]+)/.exec(left)?.[1]})`)).toBe(true);
    await opened.getByRole("button", { name: "All", exact: true }).click();
    expect(await front()).toBe(whole);
    await close();
  });

  it("keeps what is hidden in the address, for a link, a reload and the way back", async () => {
    const { opened, close } = await open(page);
    await opened.getByRole("checkbox", { name: "global-magnitude" }).uncheck();
    await opened.getByRole("combobox", { name: "Pruned" }).selectOption("50%");
    const address = opened.url();
    expect(decodeURIComponent(address)).toContain("hide=global-magnitude");
    await opened.goto("about:blank");
    await opened.goto(address);
    expect(await visible(opened, '[data-series="1"]')).toBe(0);
    expect(await opened.getByRole("combobox", { name: "Pruned" }).inputValue()).toBe("50%");
    await opened.getByRole("checkbox", { name: "l1-unstructured" }).uncheck();
    expect(await visible(opened, '[data-series="0"]')).toBe(0);
    await opened.goBack();
    expect(await visible(opened, '[data-series="0"]')).toBeGreaterThan(20);
    expect(await opened.getByRole("checkbox", { name: "l1-unstructured" }).isChecked()).toBe(true);
    expect(await opened.getByRole("checkbox", { name: "global-magnitude" }).isChecked()).toBe(false);
    await close();
  });

  it("zooms a chart by buttons, keys, wheel and dragging, and back", async () => {
    const { opened, close } = await open(page);
    const figure = opened.locator("figure[data-name]").first();
    const svg = figure.locator(".chart svg");
    const seen = async () => ((await svg.getAttribute("viewBox")) ?? "").split(" ").map(Number);
    const whole = await seen();
    const width = async () => (await seen())[2] ?? 0;
    const full = whole[2] ?? 0;
    const reset = async () => {
      await figure.getByRole("button", { name: "Reset" }).click();
      expect(await seen()).toEqual(whole);
    };
    await figure.getByRole("button", { name: "Zoom in" }).click();
    expect(await width()).toBeLessThan(full);
    await figure.getByRole("button", { name: "Zoom out" }).click();
    expect(await seen()).toEqual(whole);
    await figure.locator(".chart").focus();
    await opened.keyboard.press("+");
    expect(await width()).toBeLessThan(full);
    await opened.keyboard.press("0");
    expect(await seen()).toEqual(whole);

    await svg.scrollIntoViewIfNeeded();
    const box = (await svg.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await opened.mouse.move(box.x + 300, box.y + 150);
    await opened.keyboard.down("Control");
    await opened.mouse.wheel(0, -100);
    await opened.keyboard.up("Control");
    await expect.poll(width).toBeLessThan(full);
    await reset();

    const drag = async (from: [number, number], to: [number, number]) => {
      await opened.mouse.move(box.x + from[0], box.y + from[1]);
      await opened.mouse.down();
      await opened.mouse.move(box.x + to[0], box.y + to[1], { steps: 4 });
      await opened.mouse.up();
    };
    await svg.scrollIntoViewIfNeeded();
    await drag([200, 120], [400, 220]);
    expect(await width()).toBeLessThan(full / 2);
    const [before] = await seen();
    await drag([400, 200], [300, 200]);
    expect((await seen())[0]).toBeGreaterThan(before ?? 0);
    await reset();
    await close();
  });

  it("saves a chart as picture, data and specification, without what is hidden", async () => {
    const { opened, faults, close } = await open(page);
    const figure = opened.locator('figure[data-name="accuracy-vs-size"]');
    await opened.getByRole("checkbox", { name: "global-magnitude" }).uncheck();
    const saved = async (name: string) => {
      const [download] = await Promise.all([
        opened.waitForEvent("download"),
        figure.getByRole("button", { name }).click(),
      ]);
      return { name: download.suggestedFilename(), content: await readFile(await download.path()) };
    };
    const svg = await saved("Save as SVG");
    expect(svg.name).toBe("accuracy-vs-size.svg");
    expect(svg.content.toString()).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(svg.content.toString()).toContain("@font-face");
    expect(svg.content.toString()).not.toContain("global-magnitude");
    expect((await rasterize(svg.content.toString())).length).toBeGreaterThan(1000);
    const png = await saved("Save as PNG");
    expect([...png.content.subarray(1, 4)]).toEqual([..."PNG"].map((letter) => letter.charCodeAt(0)));
    expect(png.content.length).toBeGreaterThan(10_000);
    const csv = await saved("Save its data as CSV");
    expect(csv.content.toString().split("\n")[0]).toBe("method,sparsity,collapsed,cost,mean,label,line,y");
    expect(csv.content.toString()).toContain('"<img src=x onerror=""document.title=\'broken\'"">"');
    const spec = await saved("Save its Vega-Lite specification");
    expect(spec.name).toBe("accuracy-vs-size.vl.json");
    expect(JSON.parse(spec.content.toString())).toMatchObject({ title: {}, layer: [{}, {}, {}, {}] });
    expect(faults).toEqual([]);
    await close();
  });

  it("copies a chart as a picture", async () => {
    const { opened, close } = await open(page, { permissions: ["clipboard-read", "clipboard-write"] });
    await opened.locator("figure").first().getByRole("button", { name: "Copy as a picture" }).click();
    await expect.poll(() => opened.locator("#announcer").textContent()).toBe("Copied.");
    await close();
  });

  it("explains a word on the spot", async () => {
    const { opened, close } = await open(page);
    await opened.getByRole("button", { name: "dense control" }).first().click();
    expect(await opened.locator(".meaning:popover-open").textContent()).toContain("network of sparsity 0");
    await close();
  });

  it("prints every table and the config, in light colors", async () => {
    const { opened, close } = await open(page, { colorScheme: "dark" });
    await opened.locator("figure").first().getByRole("button", { name: "Zoom in" }).click();
    await opened.emulateMedia({ media: "print" });
    await opened.evaluate("dispatchEvent(new Event('beforeprint'))");
    for (const details of await opened.locator("details:not(.methods)").all()) {
      expect(await details.locator("> :not(summary)").first().isVisible()).toBe(true);
    }
    expect(await opened.locator(".methods").isVisible()).toBe(false);
    expect(await opened.evaluate("getComputedStyle(document.body).backgroundColor")).toBe(
      "rgb(255, 255, 255)",
    );
    const clipped = await opened.evaluate(
      `[...document.querySelectorAll(".chart, .wide")].filter((box) => getComputedStyle(box).overflowX !== "visible").length`,
    );
    expect(clipped).toBe(0);
    expect(await opened.locator(".zoomed").count()).toBe(0);
    await close();
  });

  it("tells what the mark under the pointer is", async () => {
    const { opened, close } = await open(page);
    const mark = opened
      .locator('.chart [data-tip^="global-magnitude: 99% pruned"][data-tip$="after fine-tuning"]')
      .first();
    await mark.scrollIntoViewIfNeeded();
    const box = await mark.boundingBox();
    await opened.mouse.move((box?.x ?? 0) + 3, (box?.y ?? 0) + 3);
    expect(await opened.locator("#tip").textContent()).toBe(await mark.getAttribute("data-tip"));
    await opened.mouse.move(2, 2);
    expect(await opened.locator("#tip").isVisible()).toBe(false);
    await close();
  });

  it("reads a chart from the keyboard: arrows walk along a curve, Escape ends", async () => {
    const { opened, close } = await open(page);
    await opened.locator(".chart").first().focus();
    await opened.keyboard.press("End");
    expect(await opened.locator("#announcer").textContent()).toMatch(/99% pruned/);
    await opened.keyboard.press("ArrowLeft");
    expect(await opened.locator("#tip").isVisible()).toBe(true);
    const said = await opened.locator("#announcer").textContent();
    await opened.keyboard.press("ArrowRight");
    expect(await opened.locator("#announcer").textContent()).not.toBe(said);
    await opened.keyboard.press("Escape");
    expect(await opened.locator("#tip").isVisible()).toBe(false);
    await close();
  });

  it("sorts a table by a column, both ways", async () => {
    const { opened, close } = await open(page);
    const table = opened.locator("table.sortable").first();
    const column = async () => (await table.locator("tbody tr td:nth-child(4)").allInnerTexts()).map(Number);
    const heading = table.getByRole("button", { name: "After (%)" });
    await heading.click();
    const ascending = await column();
    expect(ascending).toEqual([...ascending].sort((a, b) => a - b));
    expect(await table.locator('th[aria-sort="ascending"]').textContent()).toContain("After (%)");
    await heading.click();
    expect(await column()).toEqual([...ascending].reverse());
    await close();
  });

  it("draws the weights of the chosen run", async () => {
    const { opened, close } = await open(page);
    const panels = opened.locator("#weights-panels figure");
    // Five layers, before and after.
    expect(await panels.count()).toBe(10);
    await opened.getByRole("combobox", { name: "Pruned" }).selectOption("50%");
    await opened.getByRole("combobox", { name: "Method" }).selectOption("global-magnitude");
    expect(await panels.nth(5).textContent()).toContain("50.0% of 1,000 are 0");
    // All weights are there before pruning: a block would say nothing.
    expect(await panels.nth(0).locator("svg.block").count()).toBe(0);
    // Of the first 20 x 50 weights the last 10 rows are left.
    const kept = await panels.nth(5).locator("svg.block path").getAttribute("d");
    expect(kept?.match(/M/g)).toHaveLength(500);
    expect(kept).toMatch(/^M0,10h1v1h-1z/);
    await close();
  });

  it("has every chart and table without its script", async () => {
    const { opened, close } = await open(page, { javaScriptEnabled: false });
    expect(await opened.locator("figure .chart svg").count()).toBe(EVERY_CHART);
    expect(await opened.locator("table").first().isVisible()).toBe(true);
    expect(await opened.locator(".methods").isVisible()).toBe(false);
    await close();
  });

  it("fits a phone", async () => {
    const { opened, faults, close } = await open(page, {
      viewport: { width: 390, height: 844 },
      isMobile: true,
    });
    expect(await opened.evaluate("document.documentElement.scrollWidth")).toBe(390);
    // The boxes are folded, and one touch away.
    expect(await opened.getByRole("checkbox").first().isVisible()).toBe(false);
    await opened.getByText("Methods: all shown").click();
    expect(await opened.getByRole("checkbox").first().isVisible()).toBe(true);
    expect(faults).toEqual([]);
    await close();
  });

  it.each([
    ["one sweep", "light"],
    ["one sweep", "dark"],
    ["three sweeps on two tests", "light"],
    ["three sweeps on two tests", "dark"],
  ] as const)(
    "of %s has no fault that axe finds, in %s mode",
    async (what, colorScheme) => {
      // The page's policy runs no other script, so axe needs a way round it.
      const { opened, close } = await open(what === "one sweep" ? page : apart, {
        colorScheme,
        bypassCSP: true,
      });
      for (const details of await opened.locator("details").all()) {
        await details.evaluate((element) => element.setAttribute("open", ""));
      }
      await opened.addScriptTag({ path: createRequire(import.meta.url).resolve("axe-core/axe.min.js") });
      const found = (await opened.evaluate("axe.run({ resultTypes: ['violations'] })")) as {
        violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
      };
      expect(
        found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`),
      ).toEqual([]);
      await close();
    },
    180_000,
  );

  it("lays studies over each other, a curve for each", async () => {
    const { opened, faults, close } = await open(overlaid);
    expect(await opened.locator("h1").textContent()).toBe("first · second");
    expect(await opened.locator(".methods label").allInnerTexts()).toEqual([
      "first: global-magnitude",
      "second: global-magnitude",
    ]);
    expect(await visible(opened, '.chart [data-series="1"]')).toBeGreaterThan(20);
    expect(await opened.locator("#weights").count()).toBe(0);
    expect(faults).toEqual([]);
    await close();
  });

  it("parts what cannot be compared: findings, charts, fronts and tables of their own", async () => {
    const { opened, faults, close } = await open(apart);
    expect(await opened.locator(".apart").textContent()).toContain(
      "mnist, 10,000 test examples (full); mnist-10k, 1,000 test examples (small and smaller)",
    );
    const regions = opened.locator(".panel-of-tests");
    expect(await regions.count()).toBe(2);
    const [first, second] = [regions.nth(0), regions.nth(1)];
    expect(await first.locator(".methods label").allInnerTexts()).toEqual(["full: global-magnitude"]);
    expect(await second.locator(".methods label").allInnerTexts()).toEqual([
      "small: global-magnitude",
      "smaller: global-magnitude",
    ]);
    for (const [region, examples, others] of [
      [first, "10,000", "1,000"],
      [second, "1,000", "10,000"],
    ] as const) {
      const text = await region.textContent();
      expect(text).toContain(`${examples} test examples`);
      expect(text).not.toMatch(new RegExp(`(?<![\\d,])${others} test examples`));
    }
    // A front a panel, and the numbers of the series go on from one to the next.
    expect(await opened.locator('figure[data-name$="accuracy-vs-size"] [data-front]').count()).toBe(2);
    expect(await first.locator('[data-series="1"]').count()).toBe(0);
    expect(await second.locator('tr[data-series="2"]').count()).toBeGreaterThan(3);
    await second.getByRole("checkbox", { name: "smaller: global-magnitude" }).uncheck();
    expect(await visible(opened, '[data-series="2"]')).toBe(0);
    expect(await visible(opened, '.chart [data-series="0"]')).toBeGreaterThan(10);
    expect(faults).toEqual([]);
    await close();
  });

  it("tells how sweeps on the same test differ, seed by seed", async () => {
    const { opened, close } = await open(overlaid);
    expect(await opened.locator("main").textContent()).toContain("second against first: the same figures");
    const table = opened.getByRole("region", { name: "Differences from first" });
    expect(await table.locator("tbody tr").count()).toBe(4);
    expect(await opened.locator('figure[data-name="sweep-differences"]').count()).toBe(1);
    await close();
  });
});
