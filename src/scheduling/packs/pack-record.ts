import type { RunResult } from "../../experiment/runs/index.ts";
import { sha256 } from "../../foundations/hash.ts";

/**
 * A run's result as it is written to a pack. The weights before pruning are the same in all points of a seed: they are a
 * value of their own, which each thread that stores such points writes once, and the result refers to it.
 */
export interface PackedResult {
  readonly result: unknown;
  readonly shared?: { readonly id: string; readonly json: string };
}

interface Reference {
  readonly value: string;
}

export function packResult(result: RunResult): PackedResult {
  if (!("weights" in result) || !("before" in result.weights) || result.weights.before === null)
    return { result };
  const { before, ...weights } = result.weights;
  const json = JSON.stringify(before);
  const id = sha256(json);
  return {
    result: { ...result, weights: { before: { value: id } satisfies Reference, ...weights } },
    shared: { id, json },
  };
}

/** Shared values, by their ids. */
export interface SharedValues {
  hasValue(id: string): boolean;
  value(id: string): unknown;
}

/** The result again, whose shared value is read when it is asked for; undefined when that value is missing. */
export function unpackResult(packed: RunResult, values: SharedValues): RunResult | undefined {
  if (!("weights" in packed) || !("before" in packed.weights)) return packed;
  const { before, ...weights } = packed.weights;
  if (!isReference(before)) return packed;
  if (!values.hasValue(before.value)) return undefined;
  const lazy = {
    get before() {
      return values.value(before.value);
    },
    ...weights,
  };
  return { ...packed, weights: lazy } as RunResult;
}

function isReference(value: unknown): value is Reference {
  return typeof value === "object" && value !== null && "value" in value && typeof value.value === "string";
}
