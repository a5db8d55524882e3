import { networkOf } from "../experiment/construct.ts";
import type { Cell } from "../experiment/plan.ts";
import type { MaskedResult } from "../experiment/runs/masked.ts";
import type { RunSettings } from "../experiment/settings.ts";
import { type AnyMethod, isConstructed } from "../pruning/method.ts";
import { unitCounts } from "../pruning/unit-counts.ts";
import { tensorsWithUnits } from "../pruning/unit-groups.ts";

/** Units of a tensor, and those that masks keep. */
export interface TensorUnits {
  readonly units: number;
  readonly kept: number;
}

/**
 * For studies in which some method prunes units of several weights: the units of a cell's tensors, by name, single weights
 * where its own method prunes these. Undefined for other studies.
 */
export function unitTable(
  methods: readonly AnyMethod[],
  settings: RunSettings,
): ((cell: Cell, point: MaskedResult) => ReadonlyMap<string, TensorUnits>) | undefined {
  const counts = new Map(
    methods.map((method) => [
      method,
      isConstructed(method) ? undefined : unitCounts(method.structure, networkOf(method, settings).tensors),
    ]),
  );
  if ([...counts.values()].every((units) => units === undefined)) return undefined;
  return ({ method, sparsity }, { measure, keptUnits }) => {
    const { tensors: prunable } = networkOf(method, settings);
    const tensors = new Set(
      (isConstructed(method) ? prunable : tensorsWithUnits(method.structure, prunable)).map(
        ({ name }) => name,
      ),
    );
    const own = counts.get(method);
    return new Map(
      measure.tensors
        .filter(({ name }) => tensors.has(name))
        .map(({ name, size, nonzero }) => {
          const units = own?.[name];
          if (units === undefined) return [name, { units: size, kept: nonzero }];
          return [name, { units, kept: sparsity === 0 ? units : (keptUnits?.[name] ?? 0) }];
        }),
    );
  };
}
