import { metrics, recoveredValue } from "../../metrics/registry.ts";
import { named } from "../../metrics/words.ts";
import type { StudyEvent } from "../../scheduling/events.ts";

type Planned = Extract<StudyEvent, { event: "planned" }>;
type RunFinished = Extract<StudyEvent, { event: "run-finished" }>;

/** The line that opens a sweep. */
export function plannedLine(event: Planned): string {
  const stored = event.stored > 0 ? `, ${event.stored} of them stored already` : "";
  const workers = event.workers === 1 ? "1 worker" : `${event.workers} workers`;
  return (
    `${event.study}: ${event.model} (${event.parameters.toLocaleString("en")} parameters) on ${event.dataset}, ` +
    `${event.engine} (${event.device}), ${event.runs} runs${stored}, ${workers}`
  );
}

/** With several studies, what happens in one is told with its name before it. */
export class StudyNames {
  readonly #heard = new Set<string>();

  hear({ study }: StudyEvent): void {
    this.#heard.add(study);
  }

  /** `mnist-mlp: `, or nothing while there is only one study. */
  before({ study }: StudyEvent): string {
    return this.#heard.size > 1 ? `${study}: ` : "";
  }
}

/** The line of a finished run, such as `global-magnitude-0.9-seed0  97.61%  2.1 s`. */
export function finishedLine(event: RunFinished): string {
  const status = event.status === "ok" ? "" : `  ${event.status}`;
  const effort = event.sharedFrom === null ? `${event.seconds.toFixed(1)} s` : `as in ${event.sharedFrom}`;
  return `${event.run}  ${measureText(event)}  ${effort}${status}`;
}

/** The event has measures under the names that they have in results.csv; for a formula over a row it is too little. */
function measureText(event: RunFinished): string {
  for (const metric of metrics.list()) {
    const value = typeof metric.figures.recovered === "string" ? recoveredValue(metric, event) : null;
    if (value !== null) return named(metric, value);
  }
  return "-";
}

/** `0:42`, `12:05`, `1:02:09` */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const twoDigits = (value: number) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${twoDigits(minutes)}:${twoDigits(rest)}` : `${minutes}:${twoDigits(rest)}`;
}
