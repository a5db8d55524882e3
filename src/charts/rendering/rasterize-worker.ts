import { workerData } from "node:worker_threads";
import { type LoadedThreads, noteLoaded } from "../../foundations/thread-loading.ts";
import { loadRasterizer } from "./rasterize.ts";

/** The code of one thread that draws PNGs. */
const rasterizer = loadRasterizer();
// Behind what awaits it below.
const note = () => setImmediate(() => noteLoaded(workerData as LoadedThreads));
rasterizer.then(note, note);
export default await rasterizer;
