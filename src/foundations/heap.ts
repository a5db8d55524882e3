import v8 from "node:v8";

/** Bytes that JavaScript objects of this process may take in all. Node chooses by the memory of the machine, 4 GiB at most, unless it is told. */
export function heapLimit(): number {
  return v8.getHeapStatistics().heap_size_limit;
}

/** What stands before a command whose objects take so many bytes, with half as many to spare. */
export function heapOption(bytes: number): string {
  return `NODE_OPTIONS=--max-old-space-size=${Math.ceil((1.5 * bytes) / 2 ** 20 / 1000) * 1000}`;
}
