import { seedsText } from "../../analysis/gate/missing-seeds.ts";
import { count, percent } from "../../charts/parts/titles.ts";
import type { Confirmation, Look } from "../../library/confirm.ts";
import { itemName } from "./words.ts";

/** Why more seeds are run, and which. */
export function doubtLine({ seeds, doubts }: Look, next: readonly number[]): string {
  const suspected = doubts.filter(({ doubt }) => doubt === "suspected");
  const blind = doubts.length - suspected.length;
  const reasons = [
    ...(suspected.length > 0 ? [`${named(suspected)} may be worse`] : []),
    ...(blind > 0 ? [`${count(blind, "item")} not testable`] : []),
  ];
  return `In doubt with ${count(seeds.length, "seed")}: ${reasons.join("; ")}. Running ${seedsText(next)}.`;
}

/** What was run to settle the verdict, and why no more. */
export function confirmationLines({ looks, added, stopped, maxSeeds, outOfReach }: Confirmation): string[] {
  const last = looks.at(-1);
  if (last === undefined) return [];
  const ran = added.length === 0 ? "No seeds were added" : `Ran ${seedsText(added)}`;
  const seeds = count(last.seeds.length, "seed");
  const level = `each test counts at ${percent(last.level)}, its share of the level of all looks`;
  const end =
    stopped === "settled"
      ? `with ${seeds} nothing is in doubt that more could settle (${level})`
      : `stopped at the limit of ${count(maxSeeds, "seed")} with ${named(last.doubts)} in doubt (${level})`;
  const blind =
    outOfReach.length === 0
      ? []
      : [`Not testable even with ${count(maxSeeds, "seed")}: ${named(outOfReach)}.`];
  return [`${ran}: ${end}.`, ...blind];
}

const MOST_NAMED = 3;

function named(items: readonly Parameters<typeof itemName>[0][]): string {
  const names = items.slice(0, MOST_NAMED).map(itemName);
  const left = items.length - names.length;
  return [...names, ...(left > 0 ? [`${left} more`] : [])].join("; ");
}
