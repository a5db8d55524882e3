import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { captionOf } from "../../../src/charts/chart.ts";
import { charts } from "../../../src/charts/registry.ts";
import { accuracy } from "../../../src/metrics/accuracy.ts";
import { loss } from "../../../src/metrics/loss.ts";
import { drawOverlay } from "../../../src/results/report/files.ts";
import { findChromium, launchChromium } from "../../support/browser.ts";
import { exampleStudy } from "../../support/example-study.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

// Names that would do harm if they were not escaped.
const HOSTILE = `<img src=x onerror="document.title='broken'">`;
const METHODS = ["l1-unstructured", "global-magnitude", HOSTILE];

function study(name: string, methods: readonly string[]) {
  const { results, layers, history, snapshots } = exampleStudy({ methods, sparsities: [0, 0.5, 0.9, 0.99] });
  return { name, rows: results, layers, history, snapshots, manifest: undefined, configText: undefined };
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
beforeAll(async () => {
  const folder = await temporaryFolder();
  const one = [study(`</title><script>document.title="broken"</script>`, METHODS)];
  const two = [study("first", ["global-magnitude"]), study("second", ["global-magnitude"])];
  page = path.join(folder, "one.html");
  overlaid = path.join(folder, "two.html");
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
    const { results, ...others } = exampleStudy({ regression: true });
    const regression = { name: "r", rows: results, ...others, manifest: undefined, configText: undefined };
    const other = await drawOverlay([regression]);
    for (const chart of charts.list()) {
      expect(text).toContain(`<figcaption>${captionOf(chart, accuracy)}</figcaption>`);
      expect(other).toContain(`<figcaption>${captionOf(chart, loss)}</figcaption>`);
    }
    const shown = other.replace(/<(style|script)[\s\S]*?<\/\1>| data-name="[^"]*"/g, "");
    expect(shown.match(/.{0,60}accura(?:cy|te).{0,60}/gi) ?? []).toEqual([]);
  });

  it("is the same again", async () => {
    const again = [study(`</title><script>document.title="broken"</script>`, METHODS)];
    expect(await drawOverlay(again)).toBe(await readFile(page, "utf8"));
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
    expect(await opened.locator("figure .chart svg").count()).toBe(charts.list().length);
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
    // Two layers, before and after.
    expect(await panels.count()).toBe(4);
    await opened.getByRole("combobox", { name: "Pruned" }).selectOption("50%");
    await opened.getByRole("combobox", { name: "Method" }).selectOption("global-magnitude");
    expect(await panels.nth(2).textContent()).toContain("50.0% of 1,000 are 0");
    // All weights are there before pruning: a block would say nothing.
    expect(await panels.nth(0).locator("svg.block").count()).toBe(0);
    // Of the first 20 x 50 weights the last 10 rows are left.
    const kept = await panels.nth(2).locator("svg.block path").getAttribute("d");
    expect(kept?.match(/M/g)).toHaveLength(500);
    expect(kept).toMatch(/^M0,10h1v1h-1z/);
    await close();
  });

  it("has every chart and table without its script", async () => {
    const { opened, close } = await open(page, { javaScriptEnabled: false });
    expect(await opened.locator("figure .chart svg").count()).toBe(charts.list().length);
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
    expect(faults).toEqual([]);
    await close();
  });

  it.each(["light", "dark"] as const)("has no fault that axe finds, in %s mode", async (colorScheme) => {
    for (const file of [page, overlaid]) {
      // The page's policy runs no other script, so axe needs a way round it.
      const { opened, close } = await open(file, { colorScheme, bypassCSP: true });
      for (const details of await opened.locator("details").all()) {
        await details.evaluate((element) => element.setAttribute("open", ""));
      }
      await opened.addScriptTag({ path: createRequire(import.meta.url).resolve("axe-core/axe.min.js") });
      const found = (await opened.evaluate("axe.run()")) as {
        violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
      };
      expect(
        found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`),
      ).toEqual([]);
      await close();
    }
  });

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
});
