import type { Teamwork } from "../engine.ts";
import type { NativeLibrary } from "./native-instance.ts";

/** MOST_HELPERS of kernels/src/team.h. */
const MOST_HELPERS = 7;

/** Room for a Meeting of kernels/src/team.h, wherever its first cache line begins. */
const MEETING_BYTES = 1024;

const CACHE_LINE = 64;

/** What the native kernels offer idle threads: nothing where threads cannot wait on a futex, as outside of Linux. */
export const teamwork: Teamwork | undefined =
  process.platform === "linux" &&
  ["x64", "arm64", "ppc64", "s390x", "riscv64", "loong64"].includes(process.arch)
    ? { mostHelpers: MOST_HELPERS, createMeeting: () => new SharedArrayBuffer(MEETING_BYTES) }
    : undefined;

/** Throws where the library was built for other numbers than those above. */
export function checkTeam({ entry }: NativeLibrary): void {
  const [helpers, bytes] = [entry.pl_most_helpers(), entry.pl_meeting_size()];
  if (helpers !== (teamwork?.mostHelpers ?? 0) || bytes + CACHE_LINE > MEETING_BYTES) {
    throw new Error(
      `the kernels take ${helpers} helpers and ${bytes} bytes to meet, which team.ts does not know`,
    );
  }
}

/** The kernels' part of a meeting: at the same address for all threads. */
export function alignedMeeting(library: NativeLibrary, meeting: SharedArrayBuffer): Uint8Array {
  const offset = Number(-library.address(new Uint8Array(meeting)) & BigInt(CACHE_LINE - 1));
  return new Uint8Array(meeting, offset, library.entry.pl_meeting_size());
}

const MILLISECONDS_BETWEEN_LOOKS = 1;

/** Helps until `over`. Leaves native code whenever there is nothing to do, so that a thread that is terminated ends. */
export function help(
  library: NativeLibrary,
  meeting: SharedArrayBuffer,
  over: Int32Array<SharedArrayBuffer>,
): void {
  const aligned = alignedMeeting(library, meeting);
  while (Atomics.load(over, 0) === 0) {
    const batches = library.entry.pl_help(aligned, over);
    if (batches === 0) Atomics.wait(over, 0, 0, MILLISECONDS_BETWEEN_LOOKS);
  }
}
