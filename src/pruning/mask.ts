import type { Masks, Parameters } from "../engines/engine.ts";

/** Number of values a mask keeps. */
export function countKept(mask: Uint8Array): number {
  let kept = 0;
  for (let i = 0; i < mask.length; i++) kept += mask[i] as number;
  return kept;
}

/** Copies of the parameters with +0 wherever a mask prunes. */
export function applyMasks(parameters: Parameters, masks: Masks): Parameters {
  return new Map(
    [...parameters].map(([name, values]) => {
      const mask = masks.get(name);
      return [
        name,
        mask === undefined ? values.slice() : values.map((value, i) => (mask[i] === 0 ? 0 : value)),
      ];
    }),
  );
}
