import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { failure } from "../../foundations/errors.ts";
import { bundledFile } from "../../foundations/paths.ts";
import type { Rasterize } from "./rasterize.ts";
import { loadRenderer } from "./render.ts";

/** What draws the charts of a command, and can be made ready before there is anything to draw. */
export interface PngPool {
  /** Begins to load what draws. */
  prepare(): void;
  /** Rejects with a PruneLabError of kind `failure` when a picture cannot be drawn. */
  readonly rasterize: Rasterize;
  close(): void;
}

/** What a process that draws is sent, and what it answers. */
export interface Drawing {
  readonly id: number;
  readonly svg: string;
}
export type Drawn = { readonly id: number } & ({ readonly png: Uint8Array } | { readonly error: string });

/** Two turn charts into pixels as fast as one thread lays them out. */
const MOST_PROCESSES = 2;

/** PNGs are drawn in processes of their own, while the next chart is laid out here: in one, or with more threads than two in two. */
export function openPngPool(threads: number): PngPool {
  const most = Math.max(1, Math.min(threads - 1, MOST_PROCESSES));
  const painters: Painter[] = [];
  let pictures = 0;
  const start = () => {
    while (painters.length < most) painters.push(new Painter());
  };
  return {
    prepare: () => {
      // What cannot be loaded is told when it is needed.
      loadRenderer().catch(() => {});
      start();
    },
    rasterize: (svg) => {
      start();
      return (painters[pictures++ % most] as Painter).draw(svg);
    },
    close: () => {
      for (const painter of painters) painter.stop();
    },
  };
}

/** What is drawn with a pool that lives as long as that takes. */
export async function withPngPool<Result>(draw: (toPng: Rasterize) => Promise<Result>): Promise<Result> {
  const pool = openPngPool(availableParallelism());
  try {
    return await draw(pool.rasterize);
  } finally {
    pool.close();
  }
}

interface Waiting {
  resolve(png: Uint8Array): void;
  reject(error: Error): void;
}

/** A process that draws one picture after the other, seen from here. */
class Painter {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #pictures = 0;
  #ended: string | undefined;

  constructor() {
    this.#child = fork(bundledFile("rasterize-process"), {
      execArgv: [],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    this.#child.on("message", (drawn: Drawn) => this.#settle(drawn));
    this.#child.on("exit", (code, signal) => this.#end(signal ?? `exit code ${code}`));
    this.#child.on("error", (error) => this.#end(error.message));
  }

  draw(svg: string): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) return reject(endError(this.#ended));
      const id = this.#pictures++;
      this.#waiting.set(id, { resolve, reject });
      // What cannot be sent is not answered: the end of the process is told apart.
      this.#child.send({ id, svg } satisfies Drawing, () => {});
    });
  }

  stop(): void {
    this.#child.kill("SIGKILL");
  }

  #settle(drawn: Drawn): void {
    const waiting = this.#waiting.get(drawn.id);
    this.#waiting.delete(drawn.id);
    if ("png" in drawn) waiting?.resolve(drawn.png);
    else waiting?.reject(failure(`A chart cannot be drawn as PNG: ${drawn.error}`));
  }

  #end(reason: string): void {
    this.#ended ??= reason;
    for (const { reject } of this.#waiting.values()) reject(endError(reason));
    this.#waiting.clear();
  }
}

function endError(reason: string): Error {
  return failure(`The process that draws PNGs ended (${reason}).`);
}
