import type { ExampleSet, InputValues } from "../examples.ts";
import type { HostProcess } from "./host-process.ts";

/** Training, validation and test set, and one to spare. */
const EXAMPLE_SETS = 4;
/** That of the network that trains, and one to spare. */
const TEACHERS = 2;

/** What networks read, as the process with TensorFlow has it. */
export interface Sent {
  readonly examples: SentOnce<ExampleSet>;
  /** Teachers by their outputs. */
  readonly teachers: SentOnce<Float32Array>;
}

export function sentTo(host: HostProcess): Sent {
  return {
    examples: new SentOnce(EXAMPLE_SETS, {
      add: (examples, set) => host.request({ kind: "add-examples", examples, set: unshared(set) }),
      remove: (examples) => host.request({ kind: "remove-examples", examples }),
    }),
    teachers: new SentOnce(TEACHERS, {
      add: (teacher, outputs) => host.request({ kind: "add-teacher", teacher, outputs: outputs.slice() }),
      remove: (teacher) => host.request({ kind: "remove-teacher", teacher }),
    }),
  };
}

interface Requests<Data> {
  add(number: number, data: Data): Promise<unknown>;
  remove(number: number): Promise<unknown>;
}

/** Data that is known by a number over there: each is sent once, and the longest unused one dropped. */
export class SentOnce<Data extends object> {
  readonly #capacity: number;
  readonly #requests: Requests<Data>;
  /** The longest unused first. */
  readonly #numbers = new Map<Data, number>();
  #sent = 0;

  constructor(capacity: number, requests: Requests<Data>) {
    this.#capacity = capacity;
    this.#requests = requests;
  }

  /** The number that the process knows the data by. */
  async numberOf(data: Data): Promise<number> {
    const known = this.#numbers.get(data);
    const number = known ?? this.#sent++;
    this.#numbers.delete(data);
    this.#numbers.set(data, number);
    if (known !== undefined) return number;
    // Sent at once: another call may ask for the same data before these are answered.
    const requests: Promise<unknown>[] = [];
    const [oldest] = this.#numbers;
    if (oldest !== undefined && this.#numbers.size > this.#capacity) {
      this.#numbers.delete(oldest[0]);
      requests.push(this.#requests.remove(oldest[1]));
    }
    requests.push(this.#requests.add(number, data));
    await Promise.all(requests);
    return number;
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
