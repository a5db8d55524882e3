import { MultiBar, type SingleBar } from "cli-progress";
import { printable, printableLine } from "../../foundations/printable.ts";
import { wrap } from "../../foundations/wrap.ts";
import { tell } from "../output.ts";
import { duration, plannedLine, StudyNames } from "./lines.ts";
import type { Reporter } from "./reporter.ts";

/** Progress bars: one for everything with its ETA, and one for each run that is being computed. */
export function openTerminalReporter(stream: NodeJS.WriteStream): Reporter {
  const names = new StudyNames();
  let bars: LiveBars | undefined;
  const say = (text: string) => {
    for (const line of wrap(printable(text), stream.columns)) {
      if (bars === undefined) tell(line);
      else bars.log(line);
    }
  };
  return {
    onEvent: (event) => {
      names.hear(event);
      switch (event.event) {
        case "planned":
          say(plannedLine(event));
          if (event.stored === event.runs && bars === undefined) return;
          bars ??= new LiveBars(stream);
          return bars.plan(event.study, event.stored, event.runs);
        case "notice":
          return say(names.before(event) + event.message);
        case "run-started":
          return bars?.start(names.before(event) + event.run);
        case "run-progress":
          return bars?.progress(names.before(event) + event.run, event.fraction, event.total);
        case "run-finished":
          return bars?.finish(event.study, names.before(event) + event.run, event.total);
        case "finished":
        case "failed":
          return;
      }
    },
    close: () => {
      bars?.close();
      bars = undefined;
    },
  };
}

/** What is logged takes the place of a bar. */
const CLEAR_TO_END_OF_LINE = "\u001b[K";
const SCALE = 1000;
/** Columns of a bar, and what a line needs beside it. */
const WIDEST_BAR = 24;
const BESIDE_BAR = 36;
/** Runs that have a bar of their own: a cluster computes more at a time than a terminal has lines. */
const MOST_BARS = 24;

class LiveBars {
  readonly #multibar: MultiBar;
  readonly #whole: SingleBar;
  readonly #running = new Map<string, SingleBar>();
  readonly #startedAt = performance.now();
  /** By study: a plan that grows takes the place of the one before. */
  readonly #plans = new Map<string, { readonly runs: number; readonly finished: number }>();

  constructor(stream: NodeJS.WriteStream) {
    this.#multibar = new MultiBar({
      stream,
      format: " {bar} {percent} {name}{note}",
      barsize: Math.max(4, Math.min(WIDEST_BAR, stream.columns - BESIDE_BAR)),
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
  }

  plan(study: string, stored: number, runs: number): void {
    this.#plans.set(study, { runs, finished: stored });
    this.#showWhole(0);
  }

  start(run: string): void {
    // A run whose node was lost begins again.
    if (this.#running.has(run) || this.#running.size === MOST_BARS) return;
    this.#running.set(
      run,
      this.#multibar.create(SCALE, 0, { percent: "  0%", name: printableLine(run), note: "" }),
    );
  }

  progress(run: string, fraction: number, total: number): void {
    this.#running.get(run)?.update(Math.round(SCALE * fraction), { percent: percent(fraction) });
    this.#showWhole(total);
  }

  finish(study: string, run: string, total: number): void {
    const bar = this.#running.get(run);
    if (bar !== undefined) this.#multibar.remove(bar);
    this.#running.delete(run);
    const { runs, finished } = this.#plans.get(study) ?? { runs: 0, finished: 0 };
    this.#plans.set(study, { runs, finished: finished + 1 });
    this.#showWhole(total);
  }

  /** Writes a line above the bars; the terminal cuts off what is longer than it is wide. */
  log(line: string): void {
    this.#multibar.log(`${line}${CLEAR_TO_END_OF_LINE}\n`);
  }

  close(): void {
    // Writes what is still to be logged, which stop() would drop.
    this.#multibar.update();
    this.#multibar.stop();
  }

  #showWhole(total: number): void {
    const elapsed = (performance.now() - this.#startedAt) / 1000;
    const left = total > 0.01 ? `, ${duration((elapsed * (1 - total)) / total)} left` : "";
    const count = (key: "runs" | "finished") =>
      [...this.#plans.values()].reduce((sum, plan) => sum + plan[key], 0);
    const note = count("finished") === count("runs") ? ", writing tables and charts" : left;
    this.#whole.update(Math.round(SCALE * total), {
      percent: percent(total),
      name: `${count("finished")} of ${count("runs")} runs`,
      note,
    });
  }
}

function percent(fraction: number): string {
  return `${String(Math.floor(100 * fraction)).padStart(3)}%`;
}
