import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { systemErrorCode } from "./errors.ts";
import { sha256 } from "./hash.ts";

/** Names a process so that another one can tell later whether it still runs: what locks and unfinished files carry. */
export interface ProcessMark {
  readonly pid: number;
  /** When it started, in clock ticks since boot: tells it from a later process of the same number. Empty if unknown. */
  readonly start: string;
  /** Hash of host, boot and PID namespace: processes of one place see each other by their numbers. */
  readonly place: string;
}

/** Hexadecimal digits of a place. */
export const PLACE_DIGITS = 12;

/**
 * `unseen`: it cannot be told from here. The process is of another machine or container, or its number is taken and the
 * system does not say since when.
 */
export type ProcessState = "running" | "ended" | "unseen";

let own: ProcessMark | undefined;

/** The mark of this process; the same in all its threads. */
export function thisProcess(): ProcessMark {
  own ??= { pid: process.pid, start: lookUp(process.pid)?.start ?? "", place: thisPlace() };
  return own;
}

/** Whether the process of a mark still runs. A zombie does not: its parent alone has not noticed yet. */
export function stateOf({ pid, start, place }: ProcessMark): ProcessState {
  if (place !== thisProcess().place) return "unseen";
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (systemErrorCode(error) === "ESRCH") return "ended";
  }
  const found = lookUp(pid);
  if (found?.state === "Z" || found?.state === "X") return "ended";
  if (found === undefined || start === "") return "unseen";
  return found.start === start ? "running" : "ended";
}

/** State and start of a process, on Linux; undefined where the system does not say. */
function lookUp(pid: number): { readonly state: string; readonly start: string } | undefined {
  const stat = textOf(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  // The name before the last parenthesis may hold anything, spaces too.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, start] = [fields[0], fields[19]];
  return state === undefined || start === undefined ? undefined : { state, start };
}

function thisPlace(): string {
  const boot = textOf(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8")).trim();
  const namespace = textOf(() => readlinkSync("/proc/self/ns/pid"));
  return sha256(JSON.stringify([hostname(), boot, namespace])).slice(0, PLACE_DIGITS);
}

function textOf(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
