import { inputError } from "../foundations/errors.ts";
import { heapLimit, heapOption } from "../foundations/heap.ts";
import { isDense, type Run } from "./runs/index.ts";

/** A cell before its network is quantized, if it is. */
export interface UnroundedCell {
  readonly seed: number;
  /** What the names of its runs begin with: `global-magnitude-0.9`. */
  readonly name: string;
  readonly label: string;
  readonly baseline: string;
  /** Whether the cell is filled then. */
  readonly fills: boolean;
}

/** The cells of a method at one sparsity. */
export interface CellColumn {
  readonly sparsity: number;
  /** Adds the runs of one seed that lead from its baseline to the network of the cell, and returns their ids. */
  addRuns(cell: UnroundedCell): string[];
}

/** What a run takes in memory from the plan to the tables: 100,492 runs fit into 300 MB. */
const RUN_BYTES = 3000;

/** Runs by id, dense networks first, and so parents before what hangs on them. */
export class Graph {
  readonly #runs = new Map<string, Run>();
  /** Those that have the name of a cell. */
  readonly #named = new Set<string>();
  readonly #most: number;

  /** `room`: bytes that runs may take in memory. */
  constructor(room = heapLimit()) {
    this.#most = Math.floor(room / RUN_BYTES);
  }

  /** Adds a run unless it is there; a run that fills a cell is named after the first such cell. Returns its id. */
  add(run: Run, fillsCell = false): string {
    const known = this.#runs.get(run.id);
    if (known === undefined && this.#runs.size === this.#most) {
      throw inputError(
        `The study has more than ${this.#most} runs (baselines, levels and pruned networks), for which this Node gives no memory.`,
        {
          hint: `Give it more (${heapOption(this.#most * RUN_BYTES)}), or part the study, with fewer seeds, methods or sparsities each.`,
        },
      );
    }
    if (known === undefined || (fillsCell && !this.#named.has(run.id))) this.#runs.set(run.id, run);
    if (fillsCell) this.#named.add(run.id);
    return run.id;
  }

  runs(): Run[] {
    return [...this.#runs.values()].sort((a, b) => Number(isDense(b)) - Number(isDense(a)));
  }
}
