import { finishedLine, plannedLine } from "./lines.ts";
import type { Reporter } from "./reporter.ts";

/** Plain lines, for a pipe or a log: one when a run is finished. */
export function openPlainReporter(stream: NodeJS.WritableStream): Reporter {
  const say = (line: string) => void stream.write(`${line}\n`);
  return {
    onEvent: (event) => {
      switch (event.event) {
        case "planned":
          return say(plannedLine(event));
        case "notice":
          return say(event.message);
        case "run-finished":
          return say(`${String(Math.floor(100 * event.total)).padStart(3)}%  ${finishedLine(event)}`);
        case "run-started":
        case "run-progress":
        case "finished":
          return;
      }
    },
    close: () => {},
  };
}
