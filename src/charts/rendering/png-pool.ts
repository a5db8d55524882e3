import { Piscina } from "piscina";
import { bundledFile } from "../../foundations/paths.ts";
import { countLoadedThreads, untilLoaded } from "../../foundations/thread-loading.ts";
import { type Rasterize, rasterize } from "./rasterize.ts";
import { loadRenderer } from "./render.ts";

/** What draws the charts of a command, and can be made ready before there is anything to draw. */
export interface PngPool {
  /** Begins to load what draws. */
  prepare(): void;
  readonly rasterize: Rasterize;
  close(): Promise<void>;
}

/** Three turn charts into pixels as fast as one lays them out. */
const MOST_THREADS = 3;
/** A thread runs built code. */
const WORKER_FILE = bundledFile("rasterize-worker");

/** With one thread everything is drawn on this one; with more, PNGs on the others, while the next chart is laid out. */
export function openPngPool(threads: number): PngPool {
  const others = Math.min(threads - 1, MOST_THREADS);
  const loaded = countLoadedThreads();
  let pool: Piscina<string, Uint8Array> | undefined;
  const start = () => {
    pool ??= new Piscina({
      filename: WORKER_FILE,
      workerData: loaded,
      minThreads: others,
      maxThreads: others,
    });
    return pool;
  };
  return {
    prepare: () => {
      // What cannot be loaded is told when it is needed.
      loadRenderer().catch(() => {});
      if (others > 0) start();
    },
    rasterize: others > 0 ? (svg) => start().run(svg) : rasterize,
    close: async () => {
      if (pool === undefined) return;
      await untilLoaded(loaded, pool.threads.length);
      await pool.destroy();
    },
  };
}
