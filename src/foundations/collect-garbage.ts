import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

let collect: (() => void) | undefined;

/** What V8 may well let wait. */
const FEW_BYTES = 2 ** 26;

/**
 * Gives the memory of arrays back that nothing refers to any more, where that may be so many bytes. V8 does it in time, but
 * sees little of arrays outside its heap, and lets half a gigabyte of them wait. For moments at which large ones were just let
 * go, and others are about to be made.
 */
export function collectGarbage(bytes: number): void {
  if (bytes < FEW_BYTES) return;
  if (collect === undefined) {
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc") as () => void;
  }
  collect();
}
