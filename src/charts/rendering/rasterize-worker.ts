import { loadRasterizer } from "./rasterize.ts";

/** The code of one thread that draws PNGs. */
export default await loadRasterizer();
