import { expect, test } from "vitest";
import { openPicturePool } from "../../../src/charts/rendering/picture-pool.ts";
import { rasterize } from "../../../src/charts/rendering/rasterize.ts";
import { renderCharts } from "../../../src/charts/rendering/render.ts";
import { sha256 } from "../../../src/foundations/hash.ts";
import { exampleStudy } from "../../support/example-study.ts";

test.each([1, 3])(
  "with %i threads, processes draw the same PNGs again and again, prepared or not",
  async (threads) => {
    const [chart] = await renderCharts(exampleStudy());
    const svg = chart?.svg ?? "";
    const expected = sha256(await rasterize(svg));
    const [prepared, cold] = [openPicturePool(threads), openPicturePool(threads)];
    try {
      prepared.prepare();
      for (const picturePool of [prepared, cold]) {
        const pngs = await Promise.all([svg, svg, svg, svg].map(picturePool.rasterize));
        expect(pngs.map(sha256)).toEqual([expected, expected, expected, expected]);
      }
    } finally {
      prepared.close();
      cold.close();
    }
  },
);

test("a picture that cannot be drawn fails, and nothing else", async () => {
  const picturePool = openPicturePool(2);
  try {
    await expect(picturePool.rasterize("no SVG")).rejects.toThrow();
    expect(
      (await picturePool.rasterize('<svg width="1" height="1" xmlns="http://www.w3.org/2000/svg"/>')).length,
    ).toBeGreaterThan(8);
  } finally {
    picturePool.close();
  }
});

test("what is not drawn yet when its process ends is told, and so is what comes after", async () => {
  const picturePool = openPicturePool(2);
  const drawing = picturePool.rasterize('<svg width="1" height="1" xmlns="http://www.w3.org/2000/svg"/>');
  picturePool.close();
  await expect(drawing).rejects.toThrow("The process that draws ended (SIGKILL).");
  await expect(picturePool.rasterize("<svg/>")).rejects.toThrow("The process that draws ended (SIGKILL).");
});
