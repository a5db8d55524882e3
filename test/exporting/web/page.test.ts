import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exportCheckpoint } from "../../../src/library/export.ts";
import { findChromium, launchChromium } from "../../support/browser.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { largestOf, type TrainedDigits, trainedDigits } from "../support/digits.ts";

const chromium = findChromium();
if (chromium === undefined) {
  const message = "No Chromium found (PRUNE_LAB_CHROMIUM names one)";
  // CI sets this, so that the tests are not left out there.
  if (process.env.PRUNE_LAB_REQUIRE_CHROMIUM === "1") throw new Error(message);
  console.warn(`${message}: the tests of exported pages in a browser are left out.`);
}

const CLASSES = 10;
const PIXELS = 28 * 28;

/** What the page has for whoever feeds it. */
declare function probabilitiesOf(pixels: readonly number[]): number[];

/** The parts of the browser's own names that run within the page. */
declare const document: {
  getElementById(id: string): { getContext(kind: "2d"): Context; readonly width: number };
  createElement(name: "canvas"): { width: number; height: number; getContext(kind: "2d"): Context };
};
interface Context {
  createImageData(width: number, height: number): { readonly data: Uint8ClampedArray };
  putImageData(image: { readonly data: Uint8ClampedArray }, x: number, y: number): void;
  drawImage(image: unknown, x: number, y: number, width: number, height: number): void;
  clearRect(x: number, y: number, width: number, height: number): void;
}
declare function drawnImage(): number[];

let trained: TrainedDigits[] = [];
const pages: string[] = [];
beforeAll(async () => {
  const folder = await temporaryFolder();
  trained = await trainedDigits(folder);
  for (const [i, { file }] of trained.entries()) {
    pages.push(path.join(folder, `page${i}.html`));
    await exportCheckpoint(file, { format: "web", out: pages[i] });
  }
});

const [DENSE_MLP, SPARSE_MLP, , SPARSE_LENET_5] = [0, 1, 2, 3];

describe("the page as text", () => {
  it("has a LeNet-300-100 at 98% in under 50 kB, and tells its own size", async () => {
    const text = await readFile(pages[SPARSE_MLP] ?? "");
    expect(text.length).toBeLessThan(50_000);
    expect(text.toString()).toContain(`<dd>${text.length.toLocaleString("en-US")} bytes</dd>`);
  });

  it("names nothing outside of itself", async () => {
    const text = await readFile(pages[SPARSE_MLP] ?? "", "utf8");
    expect(text).not.toMatch(/https?:\/\//);
    expect(text).not.toMatch(/(?:src|href)=/);
    const [, policy] = /Content-Security-Policy" content="([^"]*)"/.exec(text) ?? [];
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; /);
  });
});

describe.runIf(chromium)("the page in a browser, without a network", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium(chromium ?? "");
  });
  afterAll(() => browser.close());

  /** `faults` collects what the page complains of and everything that it asks the network for. */
  async function open(file: string | undefined, options: BrowserContextOptions = {}) {
    const context = await browser.newContext({ viewport: { width: 900, height: 800 }, ...options });
    await context.setOffline(true);
    const opened = await context.newPage();
    const faults: string[] = [];
    opened.on("console", (message) => faults.push(message.text()));
    opened.on("pageerror", (error) => faults.push(error.message));
    opened.on("request", (request) => {
      if (!/^(file|data|blob):/.test(request.url())) faults.push(request.url());
    });
    await opened.goto(pathToFileURL(file ?? "").href);
    await opened.locator("body[data-ready]").waitFor();
    return { opened, faults, close: () => context.close() };
  }

  const imageOf = ({ test }: TrainedDigits, i: number) => [
    ...test.inputs.values.subarray(i * PIXELS, (i + 1) * PIXELS),
  ];

  it("gives the tool's probabilities for 100 test digits, of every network", async () => {
    for (const [i, network] of trained.entries()) {
      const { opened, faults, close } = await open(pages[i]);
      const images = Array.from({ length: 100 }, (_, digit) => imageOf(network, digit));
      const given = await opened.evaluate((all) => all.map((pixels) => probabilitiesOf(pixels)), images);
      const flat = given.flat();
      const ours = given.flatMap((_, digit) =>
        softmax(network.logits.subarray(digit * CLASSES, (digit + 1) * CLASSES)),
      );
      const worst = Math.max(...flat.map((value, at) => Math.abs(value - (ours[at] as number))));
      expect(worst, network.name).toBeLessThan(1e-5);
      expect(largestOf(flat, CLASSES), network.name).toEqual(
        largestOf(network.logits.subarray(0, 100 * CLASSES), CLASSES),
      );
      expect(faults).toEqual([]);
      await close();
    }
  });

  it("scales and centers what is drawn as MNIST has its digits", async () => {
    const network = trained[SPARSE_LENET_5] as TrainedDigits;
    const { opened, close } = await open(pages[SPARSE_LENET_5]);
    // Digits painted small and off the center, five of each class: they come back as they were, but for some blur.
    let same = 0;
    for (let digit = 0; digit < 50; digit++) {
      const pixels = imageOf(network, digit);
      const [there, back] = await opened.evaluate((given) => {
        const small = document.createElement("canvas");
        small.width = small.height = 28;
        const image = small.getContext("2d").createImageData(28, 28);
        for (let i = 0; i < given.length; i++) image.data[4 * i + 3] = given[i] ?? 0;
        small.getContext("2d").putImageData(image, 0, 0);
        const pad = document.getElementById("pad");
        pad.getContext("2d").clearRect(0, 0, pad.width, pad.width);
        pad.getContext("2d").drawImage(small, 5, 60, 230, 230);
        return [probabilitiesOf(given), probabilitiesOf(drawnImage())];
      }, pixels);
      const best = (of: number[] = []) => of.indexOf(Math.max(...of));
      if (best(there) === best(back)) same++;
    }
    expect(same).toBeGreaterThanOrEqual(47);
    await close();
  });

  const prediction = (opened: Page) => opened.locator("#prediction").textContent();

  it("reads what a mouse draws, tells the time of a prediction, and clears", async () => {
    const { opened, faults, close } = await open(pages[SPARSE_LENET_5]);
    expect(await prediction(opened)).toBe("Nothing is drawn.");
    const box = (await opened.locator("#pad").boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    const to = (x: number, y: number) =>
      opened.mouse.move(box.x + (x * box.width) / 300, box.y + (y * box.height) / 300, { steps: 5 });
    await to(150, 60);
    await opened.mouse.down();
    await to(150, 240);
    await opened.mouse.up();
    expect(await prediction(opened)).toMatch(/^1, \d+\.\d%$/);
    expect(await opened.locator("tr.best th").textContent()).toBe("1");
    expect(await opened.locator("#time").textContent()).toMatch(/^[\d.e-]+ ms$/);
    expect(await opened.locator("#probabilities tbody tr").count()).toBe(CLASSES);
    await opened.getByRole("button", { name: "Clear" }).click();
    expect(await prediction(opened)).toBe("Nothing is drawn.");
    expect(faults).toEqual([]);
    await close();
  });

  it("reads what a finger draws", async () => {
    const { opened, close } = await open(pages[SPARSE_LENET_5], { hasTouch: true });
    const box = (await opened.locator("#pad").boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await opened.touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2);
    await expect.poll(() => prediction(opened)).toMatch(/^\d, \d+\.\d%$/);
    await close();
  });

  it("reads what the keyboard draws", async () => {
    const { opened, close } = await open(pages[SPARSE_LENET_5]);
    await opened.locator("#pad").focus();
    for (let i = 0; i < 8; i++) await opened.keyboard.press("ArrowUp");
    expect(await prediction(opened)).toBe("Nothing is drawn.");
    await opened.keyboard.press("Space");
    expect(await opened.getByRole("status").last().textContent()).toBe("Pen down.");
    for (let i = 0; i < 16; i++) await opened.keyboard.press("ArrowDown");
    await opened.keyboard.press("Space");
    expect(await prediction(opened)).toMatch(/^1, /);
    await opened.keyboard.press("Delete");
    expect(await prediction(opened)).toBe("Nothing is drawn.");
    await close();
  });

  it.each(["light", "dark"] as const)(
    "keeps nobody out, in %s colors and on a phone",
    async (colorScheme) => {
      for (const width of [900, 360]) {
        const { opened, close } = await open(pages[DENSE_MLP], {
          colorScheme,
          viewport: { width, height: 800 },
        });
        await opened.mouse.move(150, 300);
        await opened.mouse.down();
        await opened.mouse.move(200, 350);
        await opened.mouse.up();
        const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
        await opened.evaluate(axe);
        const violations = await opened.evaluate(
          "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))",
        );
        expect(violations).toEqual([]);
        expect(await opened.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
        await close();
      }
    },
  );
});

function softmax(logits: Float32Array): number[] {
  const powers = Array.from(logits, (logit) => Math.exp(logit - Math.max(...logits)));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
