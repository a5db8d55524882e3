import path from "node:path";
import { groupBy } from "../../foundations/group-by.ts";
import type { OverlaidStudy } from "./overlay.ts";

/** A study and where it was read from. */
export interface PlacedStudy {
  readonly study: OverlaidStudy;
  /** Folder or table, as it was given. */
  readonly place: string;
}

/**
 * The studies by names that tell them apart: their own; where several have one, the shortest ends of their paths that
 * differ; and of studies of one table, their own with the dataset.
 */
export function withDistinctNames(placed: readonly PlacedStudy[]): OverlaidStudy[] {
  const names = new Map<PlacedStudy, string>();
  for (const [name, alike] of groupBy(placed, ({ study }) => study.name)) {
    const ends = alike.length === 1 ? [name] : distinctEnds(alike.map(({ place }) => place));
    alike.forEach((one, i) => {
      names.set(one, ends[i] ?? name);
    });
  }
  const taken = groupBy(placed, (one) => names.get(one));
  return placed.map((one) => {
    const name = names.get(one) ?? one.study.name;
    const { rows } = one.study;
    const shared = (taken.get(name) ?? []).length > 1;
    return {
      ...one.study,
      name: shared ? `${one.study.name} (${rows[0]?.dataset}, ${rows[0]?.test_examples})` : name,
    };
  });
}

/** The shortest ends of paths, of as many parts for each, of which no two are the same; a table without its `.csv`. */
function distinctEnds(places: readonly string[]): string[] {
  const parts = places.map((place) =>
    path
      .resolve(place)
      .replace(/\.csv$/, "")
      .split(path.sep)
      .filter(Boolean),
  );
  const different = new Set(places.map((place) => path.resolve(place))).size;
  for (let length = 1; ; length++) {
    const ends = parts.map((all) => all.slice(-length).join("/"));
    if (new Set(ends).size === different || parts.every((all) => all.length <= length)) return ends;
  }
}
