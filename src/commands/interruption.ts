import { Terminated } from "../foundations/terminated.ts";
import { hasTerminal } from "./output.ts";

/**
 * Does something that Ctrl-C aborts through its signal, as does SIGTERM with a `Terminated` for its reason; a second Ctrl-C
 * ends the process at once. Where no terminal is attached, it goes on when the terminal that started it is closed.
 */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  const terminate = () => interruption.abort(new Terminated());
  process.once("SIGINT", interrupt).once("SIGTERM", terminate);
  const endIgnoring = ignoreHangup();
  try {
    return await work(interruption.signal);
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", terminate);
    endIgnoring();
  }
}

/**
 * nohup asks that SIGHUP be ignored, and Node forgets that at its start. But nohup also leaves no terminal on any of the
 * three streams: a process that has one belongs to it, and ends with it.
 */
function ignoreHangup(): () => void {
  if (hasTerminal()) return () => {};
  const ignore = () => {};
  process.on("SIGHUP", ignore);
  return () => process.off("SIGHUP", ignore);
}
