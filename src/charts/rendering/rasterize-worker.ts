import { workerData } from "node:worker_threads";
import { type LoadedThreads, noteLoaded } from "../../foundations/thread-loading.ts";
import { loadRasterizer } from "./rasterize.ts";

/** The code of one thread that draws PNGs. */
const rasterizer = loadRasterizer();
// At once: a thread that waits for work lets no timer of its own through.
const note = () => noteLoaded(workerData as LoadedThreads);
rasterizer.then(note, note);
export default await rasterizer;
