import type { StudyEvent } from "../../study/events.ts";

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

/** The line of a finished run, such as `global-magnitude-0.9-seed0  97.61%  2.1 s`. */
export function finishedLine(event: RunFinished): string {
  const status = event.status === "ok" ? "" : `  ${event.status}`;
  return `${event.run}  ${measureText(event)}  ${event.seconds.toFixed(1)} s${status}`;
}

function measureText({ accuracy, loss }: RunFinished): string {
  if (accuracy !== null) return `${(100 * accuracy).toFixed(2)}%`;
  return loss === null ? "-" : `loss ${loss.toPrecision(4)}`;
}

/** `0:42`, `12:05`, `1:02:09` */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const twoDigits = (value: number) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${twoDigits(minutes)}:${twoDigits(rest)}` : `${minutes}:${twoDigits(rest)}`;
}
