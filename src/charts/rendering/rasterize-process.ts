import v8 from "node:v8";
import type { Drawing, Drawn } from "./png-pool.ts";
import { loadRasterizer } from "./rasterize.ts";

/** The program of a process that draws PNGs. It ends when nothing can send it pictures any more. */

// The optimizing compiler takes longer for the rasterizer than the rasterizer for all pictures of a study. Flags are the
// whole process's, which is why this one is no thread: kernels need that compiler.
v8.setFlagsFromString("--liftoff-only");

const rasterizer = loadRasterizer();
// Told with the first picture.
rasterizer.catch(() => {});

// The terminal's Ctrl-C reaches all processes of a command; what is to end is for the command to say.
process.on("SIGINT", () => {});

process.on("message", async ({ id, svg }: Drawing) => {
  const drawn = await rasterizer
    .then((draw) => draw(svg))
    .then(
      (png): Drawn => ({ id, png }),
      (error): Drawn => ({ id, error: String(error instanceof Error ? error.message : error) }),
    );
  // Nobody may be left to hear it: then nothing is said.
  process.send?.(drawn, () => {});
});
