import { MultiBar, type SingleBar } from "cli-progress";
import { duration, plannedLine } from "./lines.ts";
import type { Reporter } from "./reporter.ts";

/** Progress bars: one for the whole sweep with its ETA, and one for each run that is being computed. */
export function openTerminalReporter(stream: NodeJS.WriteStream): Reporter {
  const say = (line: string) => void stream.write(`${line}\n`);
  let bars: LiveBars | undefined;
  return {
    onEvent: (event) => {
      switch (event.event) {
        case "planned":
          say(plannedLine(event));
          if (event.stored < event.runs) bars = new LiveBars(stream, event.stored, event.runs);
          return;
        case "notice":
          return bars === undefined ? say(event.message) : bars.log(event.message);
        case "run-started":
          return bars?.start(event.run);
        case "run-progress":
          return bars?.progress(event.run, event.fraction, event.total);
        case "run-finished":
          return bars?.finish(event.run, event.total);
        case "finished":
          return;
      }
    },
    close: () => {
      bars?.close();
      bars = undefined;
    },
  };
}

const SCALE = 1000;

class LiveBars {
  readonly #multibar: MultiBar;
  readonly #whole: SingleBar;
  readonly #running = new Map<string, SingleBar>();
  readonly #runs: number;
  readonly #startedAt = performance.now();
  #finished: number;

  constructor(stream: NodeJS.WriteStream, stored: number, runs: number) {
    this.#finished = stored;
    this.#runs = runs;
    this.#multibar = new MultiBar({
      stream,
      format: " {bar} {percent} {name}{note}",
      barsize: 24,
      barCompleteChar: "#",
      barIncompleteChar: ".",
      hideCursor: true,
      clearOnComplete: true,
      stopOnComplete: false,
      autopadding: true,
      fps: 8,
      forceRedraw: false,
      gracefulExit: false,
    });
    this.#whole = this.#multibar.create(SCALE, 0, { percent: "  0%", name: "", note: "" });
    this.#showWhole(0);
  }

  start(run: string): void {
    this.#running.set(run, this.#multibar.create(SCALE, 0, { percent: "  0%", name: run, note: "" }));
  }

  progress(run: string, fraction: number, total: number): void {
    this.#running.get(run)?.update(Math.round(SCALE * fraction), { percent: percent(fraction) });
    this.#showWhole(total);
  }

  finish(run: string, total: number): void {
    const bar = this.#running.get(run);
    if (bar !== undefined) this.#multibar.remove(bar);
    this.#running.delete(run);
    this.#finished++;
    this.#showWhole(total);
  }

  log(line: string): void {
    this.#multibar.log(`${line}\n`);
  }

  close(): void {
    this.#multibar.stop();
  }

  #showWhole(total: number): void {
    const elapsed = (performance.now() - this.#startedAt) / 1000;
    const eta = total > 0.01 ? `, ${duration((elapsed * (1 - total)) / total)} left` : "";
    this.#whole.update(Math.round(SCALE * total), {
      percent: percent(total),
      name: `${this.#finished} of ${this.#runs} runs`,
      note: eta,
    });
  }
}

function percent(fraction: number): string {
  return `${String(Math.floor(100 * fraction)).padStart(3)}%`;
}
