import { inputError } from "../../foundations/errors.ts";
import { groupBy } from "../../foundations/group-by.ts";
import type { AllowMissing } from "./check-settings.ts";
import type { MatchedPoint, TableNames } from "./match-points.ts";

/**
 * The seeds that one side lacks at points that both have, a line for each set of seeds: `new.csv has no seeds 5 to 19,
 * at all 18 points`. Throws a PruneLabError of kind `input` where there are any that may not be missing.
 */
export function missingSeeds(
  points: readonly MatchedPoint[],
  { names, allowMissing }: { readonly names: TableNames; readonly allowMissing: AllowMissing },
): string[] {
  const lines = [...linesFor("results", points, names), ...linesFor("baseline", points, names)];
  if (lines.length > 0 && allowMissing === false) {
    throw inputError(`The seeds differ:\n${lines.map((line) => `  ${line}`).join("\n")}`, {
      hint: "Sweep the same seeds on both sides, or compare with those that there are: --allow-missing-seeds.",
    });
  }
  return lines;
}

function linesFor(
  side: "baseline" | "results",
  points: readonly MatchedPoint[],
  names: TableNames,
): string[] {
  const other = side === "results" ? "baseline" : "results";
  const lacking = points.flatMap((point) => {
    const there = new Set(point[side].map(({ seed }) => seed));
    const seeds = point[other].map(({ seed }) => seed).filter((seed) => !there.has(seed));
    return seeds.length === 0 ? [] : [{ point, seeds: seedsText(seeds) }];
  });
  return [...groupBy(lacking, ({ seeds }) => seeds)].map(([seeds, where]) => {
    const [first] = where;
    const one = first && `${first.point.key.method} at sparsity ${first.point.key.target_sparsity}`;
    const places =
      where.length === points.length
        ? `at all ${points.length} points`
        : `at ${where.length} of ${points.length} points, such as ${one}`;
    return `${names[side]} has no ${seeds}, ${places}`;
  });
}

/** More ranges than this say no more. */
const MOST_RANGES = 8;

/** `seed 3`, `seeds 0 to 4, 9` */
export function seedsText(seeds: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const seed of [...seeds].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && seed === last[1] + 1) last[1] = seed;
    else ranges.push([seed, seed]);
  }
  const shown = ranges
    .slice(0, MOST_RANGES)
    .map(([from, to]) => (to === from ? `${from}` : to === from + 1 ? `${from}, ${to}` : `${from} to ${to}`));
  const left = ranges.length > MOST_RANGES ? ` and more, ${seeds.length} in all` : "";
  return `seed${seeds.length > 1 ? "s" : ""} ${shown.join(", ")}${left}`;
}
