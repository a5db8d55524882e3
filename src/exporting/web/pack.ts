import { deflateRawSync } from "node:zlib";
import { littleEndianBytes } from "../../foundations/little-endian.ts";
import { parameterSpecs } from "../../network/parameters.ts";
import type { Checkpoint } from "../../recording/read-checkpoint.ts";

export interface PackedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly nonzero: number;
}

/** The weights of a page: what assets/export/network.js unpacks. */
export interface PackedWeights {
  readonly tensors: readonly PackedTensor[];
  readonly bytes: Uint8Array;
}

/** A gap of so many zeros or more takes several bytes. */
const LONGEST_GAP = 255;

/** Of zlib. A level below the usual one makes shorter blocks: gaps, exponents and fractions get codes of their own. */
const MEMORY_LEVEL = 5;

/**
 * Values that are not 0, and before each the number of zeros, deflated: of all tensors first the gaps, a byte each, then
 * the values byte by byte, all first bytes together and so on, since signs and exponents are alike. One form for any
 * sparsity: where nothing is 0, the gaps are all the same and deflate to nothing.
 */
export function packWeights({
  network,
  parameters,
}: Pick<Checkpoint, "network" | "parameters">): PackedWeights {
  const gaps: number[] = [];
  const kept: number[] = [];
  const tensors = parameterSpecs(network).map(({ name, shape }): PackedTensor => {
    const before = kept.length;
    let zeros = 0;
    for (const value of parameters.get(name) ?? []) {
      if (value === 0) {
        zeros++;
        continue;
      }
      for (; zeros >= LONGEST_GAP; zeros -= LONGEST_GAP) gaps.push(LONGEST_GAP);
      gaps.push(zeros);
      kept.push(value);
      zeros = 0;
    }
    return { name, shape, nonzero: kept.length - before };
  });
  const values = littleEndianBytes(Float32Array.from(kept));
  const planes = Uint8Array.from(values, (_, i) => {
    const plane = Math.floor(i / kept.length);
    return values[4 * (i % kept.length) + plane] as number;
  });
  const bytes = deflateRawSync(Buffer.concat([Uint8Array.from(gaps), planes]), {
    level: 9,
    memLevel: MEMORY_LEVEL,
  });
  return { tensors, bytes };
}
