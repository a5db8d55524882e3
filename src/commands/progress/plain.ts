import { finishedLine, plannedLine, StudyNames } from "./lines.ts";
import type { Reporter } from "./reporter.ts";

/** Plain lines, for a pipe or a log: one when a run is finished. */
export function openPlainReporter(say: (line: string) => void): Reporter {
  const names = new StudyNames();
  return {
    onEvent: (event) => {
      names.hear(event);
      switch (event.event) {
        case "planned":
          return say(plannedLine(event));
        case "notice":
          return say(names.before(event) + event.message);
        case "run-finished":
          return say(
            `${String(Math.floor(100 * event.total)).padStart(3)}%  ${names.before(event)}${finishedLine(event)}`,
          );
        case "finished":
        case "run-started":
        case "run-progress":
        case "failed":
          return;
      }
    },
    close: () => {},
  };
}
