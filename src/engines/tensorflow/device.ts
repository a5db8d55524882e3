import os from "node:os";
import { CUDA_LIBRARIES } from "./cuda-libraries.ts";
import { threadCount } from "./environment.ts";
import type { HostReady } from "./messages.ts";

/** What computes, for people: "GPU NVIDIA L4, 20992 MiB, TensorFlow 2.21.0". */
export function describeDevice({ usesGpu, libraryVersion, lanes }: HostReady, log: string): string {
  const library = [`TensorFlow ${libraryVersion}`, ...(lanes === 1 ? [] : [`${lanes} lanes`])].join(", ");
  if (!usesGpu) return `CPU, ${plural(threadCount(process.env), "thread")}, ${library}`;
  return [`GPU ${usedGpu(log) ?? "of unknown name"}`, library].join(", ");
}

/** Everything that the numbers depend on. Raise the number when what the engine computes changes. */
export function identityOf({ usesGpu, libraryVersion, lanes }: HostReady, log: string): string {
  const device = usesGpu
    ? (usedGpu(log) ?? "GPU").replace(/, \d+ MiB$/, "")
    : `${os.arch()} ${os.cpus()[0]?.model.trim() ?? ""}, ${threadCount(process.env)} threads`;
  const shared = lanes === 1 ? "" : `, ${lanes} lanes`;
  return `tensorflow 1, library ${libraryVersion}, ${device}${shared}`;
}

/** Name and memory of the GPU that TensorFlow chose, from what it logs of it: the binding takes the last. */
function usedGpu(log: string): string | undefined {
  const last = [...log.matchAll(/device:GPU:\d+ with (\d+) MB memory:.*?name: ([^,]+),/g)].at(-1);
  return last === undefined ? undefined : `${last[2]}, ${last[1]} MiB`;
}

/** Why TensorFlow does not use a GPU, in its own words, or undefined when it says nothing of it. */
export function reasonForNoGpu(log: string): string | undefined {
  const lines = log.split("\n");
  const reason = lines
    .filter((line) => !line.includes("dso_loader.cc"))
    .find((line) => /cuda|gpu/i.test(line) && /^[WEF]|could not|cannot/i.test(line));
  return unloadableLibrary(lines) ?? reason?.replace(/^.*?\] /, "").trim();
}

/** The first library of CUDA that could not be loaded, and why: TensorFlow's warning names none. */
function unloadableLibrary(lines: readonly string[]): string | undefined {
  for (const line of lines) {
    const [, name = "", why] =
      /Could not load dynamic library '([^']+)'; dlerror: (.*?)(?:; LD_LIBRARY_PATH: .*)?$/.exec(line) ?? [];
    if (CUDA_LIBRARIES.includes(name)) return `It cannot load ${name}: ${why}.`;
  }
  return undefined;
}

function plural(count: string, noun: string): string {
  return `${count} ${noun}${count === "1" ? "" : "s"}`;
}
