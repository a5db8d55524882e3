import type { NumberedTask, SentArray } from "./own-tasks.ts";
import type { TaskArray } from "./tasks.ts";

/** An array that is planned, and not submitted yet. */
export interface Unsent {
  readonly elements: readonly NumberedTask[];
  readonly after: Unsent | undefined;
  /** How many arrays wait for the same one: they share the tasks that may run at a time. */
  readonly siblings: number;
  /** Its number and job, once it was submitted. */
  sent?: SentArray | undefined;
}

export function unsentOf(arrays: readonly TaskArray[]): Unsent[] {
  const unsent: Unsent[] = [];
  for (const { elements, after } of arrays) {
    const siblings = arrays.filter((other) => after !== undefined && other.after === after).length;
    unsent.push({ elements, after: after === undefined ? undefined : unsent[after], siblings });
  }
  return unsent;
}

/** The same tasks, with at most `most` of them in the first array; what waits for it follows each of its parts. */
export function cutFirst(unsent: readonly Unsent[], most: number): readonly Unsent[] {
  const [first, ...others] = unsent;
  if (first === undefined || first.elements.length <= most) return unsent;
  const followers = others.filter(({ after }) => after === first);
  const parts = [first.elements.slice(0, most), first.elements.slice(most)].flatMap((elements) => {
    const part: Unsent = { ...first, elements };
    const numbers = new Set(elements.map(({ index }) => index));
    const behind = followers.map((follower) => ({
      ...follower,
      elements: follower.elements.filter(({ index }) => numbers.has(index)),
      after: part,
    }));
    return [part, ...behind.filter(({ elements: { length } }) => length > 0)];
  });
  return [...parts, ...others.filter(({ after }) => after !== first)];
}
