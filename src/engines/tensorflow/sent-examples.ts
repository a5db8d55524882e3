import type { ExampleSet } from "../examples.ts";
import type { HostProcess } from "./host-process.ts";

/** Training, validation and test set, and one to spare. */
const CAPACITY = 4;

/** The example sets that the process with TensorFlow has; each is sent once, and the longest unused one dropped. */
export class SentExamples {
  readonly #host: HostProcess;
  /** The longest unused set first. */
  readonly #numbers = new Map<ExampleSet, number>();
  #sent = 0;

  constructor(host: HostProcess) {
    this.#host = host;
  }

  /** The number that the process knows the set by. */
  async numberOf(set: ExampleSet): Promise<number> {
    const known = this.#numbers.get(set);
    const number = known ?? this.#sent++;
    this.#numbers.delete(set);
    this.#numbers.set(set, number);
    if (known !== undefined) return number;
    // Sent at once: another call may ask for the same set before these are answered.
    const requests: Promise<unknown>[] = [];
    const [oldest] = this.#numbers;
    if (oldest !== undefined && this.#numbers.size > CAPACITY) {
      this.#numbers.delete(oldest[0]);
      requests.push(this.#host.request({ kind: "remove-examples", examples: oldest[1] }));
    }
    requests.push(this.#host.request({ kind: "add-examples", examples: number, set: unshared(set) }));
    await Promise.all(requests);
    return number;
  }
}

/** Shared memory does not travel between processes. */
function unshared({ inputs, targets, ...set }: ExampleSet): ExampleSet {
  const ownTargets =
    targets.kind === "classes" ? { ...targets, labels: targets.labels.slice() } : withOwnValues(targets);
  return { ...set, inputs: withOwnValues(inputs), targets: ownTargets };
}

function withOwnValues<T extends { readonly values: Uint8Array | Float32Array }>(of: T): T {
  return { ...of, values: of.values.slice() };
}
