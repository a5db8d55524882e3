import { describe, expect, it } from "vitest";
import { embedFont, withoutFont } from "../../../src/charts/rendering/embed-font.ts";
import { readFont, textWidthOf } from "../../../src/charts/rendering/font.ts";
import { rasterize } from "../../../src/charts/rendering/rasterize.ts";
import { renderCharts } from "../../../src/charts/rendering/render.ts";
import { sha256 } from "../../../src/foundations/hash.ts";
import { findChromium, launchChromium } from "../../support/browser.ts";
import { exampleStudy } from "../../support/example-study.ts";

const chromium = findChromium();

describe("embedFont", () => {
  it("puts the characters that the pictures use into each of them, in little room", async () => {
    const drawn = (await renderCharts(exampleStudy())).map(({ svg }) => svg);
    const embedded = await embedFont(drawn);
    const [before = "", after = ""] = [drawn[0], embedded[0]];
    const [style = "", base64 = ""] =
      /<style>@font-face\{font-family:"Open Sans";src:url\(data:font\/ttf;base64,([^)]*)\)\}<\/style>/.exec(
        after,
      ) ?? [];
    expect(after.replace(style, "")).toBe(before);
    expect(embedded.map(withoutFont)).toEqual(drawn);
    const font = Buffer.from(base64, "base64");
    expect(font.length).toBeLessThan(25_000);
    const [subset, whole] = [textWidthOf(font), textWidthOf(await readFont())];
    for (const character of "accuracy 97.9% &<") {
      expect(subset(character, 12)).toBeCloseTo(whole(character, 12), 6);
    }
    expect(await embedFont(drawn)).toEqual(embedded);
  });

  it("leaves the PNG as it is", async () => {
    const [{ svg } = { svg: "" }] = await renderCharts(exampleStudy());
    const [embedded = ""] = await embedFont([svg]);
    expect(sha256(await rasterize(embedded))).toBe(sha256(await rasterize(svg)));
  });

  it.skipIf(chromium === undefined)(
    "shows in a browser with the widths that it was laid out for",
    async () => {
      const drawn = (await renderCharts(exampleStudy())).slice(0, 1).map(({ svg }) => svg);
      const [svg = ""] = await embedFont(drawn);
      const browser = await launchChromium(chromium as string);
      try {
        const page = await browser.newPage();
        await page.goto(`data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`);
        const texts = await page.evaluate<{ text: string; size: number; width: number }[]>(
          `document.fonts.ready.then(() => [...document.querySelectorAll("text")].map((text) => ({
          text: text.textContent,
          size: Number.parseFloat(getComputedStyle(text).fontSize),
          width: text.getComputedTextLength(),
        })))`,
        );
        const expected = textWidthOf(await readFont());
        expect(texts.length).toBeGreaterThan(10);
        for (const { text, size, width } of texts) {
          // Vega leaves kerning out.
          expect(Math.abs(width - expected(text, size))).toBeLessThan(0.03 * width + 0.5);
        }
      } finally {
        await browser.close();
      }
    },
  );
});
