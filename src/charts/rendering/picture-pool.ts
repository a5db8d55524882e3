import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { failure } from "../../foundations/errors.ts";
import { bundledFile } from "../../foundations/paths.ts";
import type { SubsetFont } from "./embed-font.ts";
import type { Rasterize } from "./rasterize.ts";
import { loadRenderer } from "./render.ts";

/** What turns charts that are laid out into files. Both reject with a PruneLabError of kind `failure`. */
export interface Pictures {
  readonly rasterize: Rasterize;
  readonly subsetFont: SubsetFont;
}

/** What does so for a command, and can be made ready before there is anything to draw. */
export interface PicturePool extends Pictures {
  /** Begins to load what draws. */
  prepare(): void;
  close(): void;
}

/** What a process that makes pictures is asked, and what it answers. */
export type Request = { readonly id: number } & Wish;
type Wish = { readonly svg: string } | { readonly text: string };
export type Answer = { readonly id: number } & ({ readonly bytes: Uint8Array } | { readonly error: string });

/** Two turn charts into pixels as fast as one thread lays them out. */
const MOST_PROCESSES = 2;

/** Pictures are made in processes of their own, while the next chart is laid out here: in one, or in two with more than two threads. */
export function openPicturePool(threads: number): PicturePool {
  const most = Math.max(1, Math.min(threads - 1, MOST_PROCESSES));
  const painters: Painter[] = [];
  let wishes = 0;
  const start = () => {
    while (painters.length < most) painters.push(new Painter());
  };
  const make = (wish: Wish) => {
    start();
    return (painters[wishes++ % most] as Painter).make(wish);
  };
  return {
    prepare: () => {
      // What cannot be loaded is told when it is needed.
      loadRenderer().catch(() => {});
      start();
    },
    rasterize: (svg) => make({ svg }),
    subsetFont: (text) => make({ text }),
    close: () => {
      for (const painter of painters) painter.stop();
    },
  };
}

/** What is drawn with a pool that lives as long as that takes. */
export async function withPictures<Result>(draw: (pictures: Pictures) => Promise<Result>): Promise<Result> {
  const pool = openPicturePool(availableParallelism());
  try {
    return await draw(pool);
  } finally {
    pool.close();
  }
}

interface Waiting {
  resolve(bytes: Uint8Array): void;
  reject(error: Error): void;
}

/** A process that makes one picture after the other, seen from here. */
class Painter {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #requests = 0;
  #ended: string | undefined;

  constructor() {
    this.#child = fork(bundledFile("picture-process"), {
      execArgv: [],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    this.#child.on("message", (answer: Answer) => this.#settle(answer));
    this.#child.on("exit", (code, signal) => this.#end(signal ?? `exit code ${code}`));
    this.#child.on("error", (error) => this.#end(error.message));
  }

  make(wish: Wish): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) return reject(endError(this.#ended));
      const id = this.#requests++;
      this.#waiting.set(id, { resolve, reject });
      // What cannot be sent is not answered: the end of the process is told apart.
      this.#child.send({ id, ...wish } satisfies Request, () => {});
    });
  }

  stop(): void {
    this.#child.kill("SIGKILL");
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ("bytes" in answer) waiting?.resolve(answer.bytes);
    else waiting?.reject(failure(`A chart cannot be drawn: ${answer.error}`));
  }

  #end(reason: string): void {
    this.#ended ??= reason;
    for (const { reject } of this.#waiting.values()) reject(endError(reason));
    this.#waiting.clear();
  }
}

function endError(reason: string): Error {
  return failure(`The process that draws ended (${reason}).`, {
    hint: "Run the command again: finished runs are kept, and --no-charts of a sweep writes the tables alone.",
  });
}
