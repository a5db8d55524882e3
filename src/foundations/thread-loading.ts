/**
 * Threads that are ended while they load modules can end the process (`v8::Module::IsGraphAsync` in Node 20 to 24), so
 * a pool is closed only when its threads have loaded theirs. They count themselves in shared memory.
 */
export type LoadedThreads = Int32Array<SharedArrayBuffer>;

export function countLoadedThreads(): LoadedThreads {
  return new Int32Array(new SharedArrayBuffer(4));
}

/** Called by a thread when it has loaded all that it loads, or failed to. */
export function noteLoaded(loaded: LoadedThreads): void {
  Atomics.add(loaded, 0, 1);
}

const MILLISECONDS_BETWEEN_LOOKS = 5;

/** Threads that never come so far have failed: they are not waited for any longer. */
const MOST_MILLISECONDS = 5000;

/** Resolves when so many threads have loaded, or after some seconds; with whether they have. */
export async function untilLoaded(loaded: LoadedThreads, threads: number): Promise<boolean> {
  const end = performance.now() + MOST_MILLISECONDS;
  while (Atomics.load(loaded, 0) < threads && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, MILLISECONDS_BETWEEN_LOOKS));
  }
  return Atomics.load(loaded, 0) >= threads;
}
