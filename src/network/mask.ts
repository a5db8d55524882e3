/** 1 keeps a value, 0 prunes it; a parameter without an entry is kept whole. */
export type Masks = ReadonlyMap<string, Uint8Array>;

/** Number of values a mask keeps. */
export function countKept(mask: Uint8Array): number {
  let kept = 0;
  for (let i = 0; i < mask.length; i++) kept += mask[i] as number;
  return kept;
}
