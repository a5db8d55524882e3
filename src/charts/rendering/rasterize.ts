import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { fontFamily, readFont } from "./font.ts";
import { encodePng } from "./png.ts";

/** Draws an SVG as PNG on white, at twice its size. The same SVG gives the same bytes on every machine. */
export type Rasterize = (svg: string) => Promise<Uint8Array>;

let rasterizer: Promise<Rasterize> | undefined;

/** Draws on this thread, for which it loads the rasterizer once: slower than all the rest, so only on demand. */
export const rasterize: Rasterize = async (svg) => (await loadRasterizer())(svg);

export function loadRasterizer(): Promise<Rasterize> {
  rasterizer ??= (async () => {
    const [{ initWasm, Resvg }, font] = await Promise.all([import("@resvg/resvg-wasm"), readFont()]);
    await initWasm(await readFile(fileURLToPath(import.meta.resolve("@resvg/resvg-wasm/index_bg.wasm"))));
    return async (svg) => {
      const image = new Resvg(svg, {
        fitTo: { mode: "zoom", value: 2 },
        background: "white",
        font: { fontBuffers: [font], defaultFontFamily: fontFamily },
      });
      const picture = image.render();
      const { pixels, width, height } = picture;
      picture.free();
      image.free();
      // Node's zlib is faster than what would be compiled from WebAssembly for it.
      return encodePng(pixels, width, height);
    };
  })();
  return rasterizer;
}
