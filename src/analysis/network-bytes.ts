import type { ResultRow } from "../recording/rows.ts";

/** What a network takes without entropy coding: with its weights as codes where they are rounded. */
export function networkBytes({ coded_bytes, sparse_bytes }: ResultRow): number {
  return coded_bytes ?? sparse_bytes;
}
