import v8 from "node:v8";
import { subsetFont } from "./embed-font.ts";
import type { Answer, Request } from "./picture-pool.ts";
import { loadRasterizer, rasterize } from "./rasterize.ts";

/** The program of a process that makes pictures of charts. It ends when nothing can ask it for them any more. */

// The optimizing compiler takes longer for what is WebAssembly here than that for all pictures of a study. Flags are the
// whole process's, which is why this one is no thread: kernels need that compiler.
v8.setFlagsFromString("--liftoff-only");

// What cannot be loaded is told with the first picture.
loadRasterizer().catch(() => {});

// The terminal's Ctrl-C reaches all processes of a command; what is to end is for the command to say.
process.on("SIGINT", () => {});

process.on("message", async (request: Request) => {
  const { id } = request;
  const made = "svg" in request ? rasterize(request.svg) : subsetFont(request.text);
  const answer = await made.then(
    (bytes): Answer => ({ id, bytes }),
    (error): Answer => ({ id, error: String(error instanceof Error ? error.message : error) }),
  );
  // Nobody may be left to hear it: then nothing is said.
  process.send?.(answer, () => {});
});
