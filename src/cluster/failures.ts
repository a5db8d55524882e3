import type { Scheduler } from "./scheduler.ts";

/** What a failure of a task speaks against, with those before it: nothing yet, the node, or the study. */
export type Verdict = "nothing" | "node" | "study";

interface Failure {
  readonly node: string;
  /** The runs that it left undone. */
  readonly runs: ReadonlySet<string>;
}

/**
 * Tells a study that fails from a node that does, by what tasks say. The same words of the same run, or from two nodes, are
 * the study's; those of two tasks of one node are the node's, which gets no more of them if that can be seen to.
 */
export class Failures {
  readonly #excludes: boolean;
  readonly #heard = new Map<string, Failure[]>();
  readonly #nodes = new Map<string, string>();

  constructor({ excludes }: Pick<Scheduler, "excludes">) {
    this.#excludes = excludes;
  }

  /** By node that is left out: what tasks said there. */
  get nodes(): ReadonlyMap<string, string> {
    return this.#nodes;
  }

  hear(
    { node, message }: { readonly node: string; readonly message: string },
    runs: Iterable<string>,
  ): Verdict {
    const failure = { node, runs: new Set(runs) };
    const before = this.#heard.get(message) ?? [];
    this.#heard.set(message, [...before, failure]);
    if (before.length === 0) return "nothing";
    const isSame = (run: string) => before.some((other) => other.runs.has(run));
    if (before.some((other) => other.node !== node) || [...failure.runs].some(isSame)) return "study";
    if (!this.#excludes) return "nothing";
    this.#nodes.set(node, message);
    return "node";
  }
}
