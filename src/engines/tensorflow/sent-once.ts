import type { ExampleSet, InputValues } from "../examples.ts";
import type { HostProcess } from "./host-process.ts";

/** Training, validation and test set, and one to spare. */
const EXAMPLE_SETS = 4;

/** What networks read, as the process with TensorFlow has it. */
export interface Sent {
  readonly examples: SentOnce<ExampleSet>;
  /** Teachers by their outputs. */
  readonly teachers: SentOnce<Float32Array>;
}

/** `lanes` networks train at once, each with a teacher of its own at most. */
export function sentTo(host: HostProcess, lanes: number): Sent {
  return {
    examples: new SentOnce(EXAMPLE_SETS, {
      add: (examples, set) => host.request({ kind: "add-examples", examples, set: unshared(set) }),
      remove: (examples) => host.request({ kind: "remove-examples", examples }),
    }),
    teachers: new SentOnce(lanes + 1, {
      add: (teacher, outputs) => host.request({ kind: "add-teacher", teacher, outputs: outputs.slice() }),
      remove: (teacher) => host.request({ kind: "remove-teacher", teacher }),
    }),
  };
}

interface Requests<Data> {
  add(number: number, data: Data): Promise<unknown>;
  remove(number: number): Promise<unknown>;
}

interface Known {
  readonly number: number;
  readonly added: Promise<unknown>;
  /** Calls under way that read it. */
  users: number;
}

/**
 * Data that is known by a number over there: each is sent once, and the longest unused one dropped, but none that a call
 * under way reads.
 */
export class SentOnce<Data extends object> {
  readonly #capacity: number;
  readonly #requests: Requests<Data>;
  /** The longest unused first. */
  readonly #known = new Map<Data, Known>();
  #sent = 0;

  constructor(capacity: number, requests: Requests<Data>) {
    this.#capacity = capacity;
    this.#requests = requests;
  }

  /** Makes a call with the number that the process knows the data by. */
  async use<T>(data: Data, call: (number: number) => Promise<T>): Promise<T> {
    const known = this.#known.get(data) ?? this.#add(data);
    this.#known.delete(data);
    this.#known.set(data, known);
    known.users++;
    try {
      await Promise.all([known.added, this.#dropUnused()]);
      return await call(known.number);
    } finally {
      known.users--;
    }
  }

  #add(data: Data): Known {
    const number = this.#sent++;
    return { number, added: this.#requests.add(number, data), users: 0 };
  }

  async #dropUnused(): Promise<void> {
    const surplus = [...this.#known].slice(0, Math.max(0, this.#known.size - this.#capacity));
    const unused = surplus.filter(([, { users }]) => users === 0);
    for (const [data] of unused) this.#known.delete(data);
    await Promise.all(unused.map(([, { number }]) => this.#requests.remove(number)));
  }
}

/** Shared memory does not travel between processes. */
function unshared(examples: ExampleSet): ExampleSet {
  const { inputs, targets } = examples;
  const ownTargets =
    targets.kind === "classes" ? { ...targets, labels: targets.labels.slice() } : withOwnValues(targets);
  return { ...examples, inputs: unsharedInputs(inputs), targets: ownTargets };
}

function unsharedInputs(inputs: InputValues): InputValues {
  if (inputs.kind !== "tokens") return withOwnValues(inputs);
  return { ...inputs, values: inputs.values.slice(), starts: inputs.starts.slice() };
}

function withOwnValues<T extends { readonly values: Uint8Array | Float32Array }>(of: T): T {
  return { ...of, values: of.values.slice() };
}
