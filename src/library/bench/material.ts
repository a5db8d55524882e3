import { type ExampleSet, exampleSize } from "../../engines/examples.ts";
import { PruneLabError } from "../../foundations/errors.ts";
import { randomStream } from "../../foundations/random.ts";
import type { Checkpoint, TensorFile } from "../../recording/read-checkpoint.ts";
import type { OnStudyEvent } from "../../scheduling/events.ts";
import { testedAndRecovered } from "../steps/recovered.ts";
import { NO_GRID, withSubject } from "../steps/subject.ts";
import type { BenchedCheckpoint } from "./bench.ts";
import type { BenchInputs } from "./contenders.ts";

interface Material extends Pick<BenchedCheckpoint, "accuracy" | "accuracy_from" | "inputs_from"> {
  readonly inputs: BenchInputs;
}

/**
 * What a checkpoint is measured with: the first test examples of its data, or random numbers where there are none; and its
 * accuracy, as the file says or as it is on the test examples.
 */
export async function materialOf(
  given: TensorFile,
  { network, metadata }: Checkpoint,
  count: number,
  { dataDir, engine, onEvent }: MaterialOptions,
): Promise<Material> {
  const recorded = metadata.accuracy ? Number(metadata.accuracy) : Number.NaN;
  const stated = Number.isFinite(recorded)
    ? ({ accuracy: recorded, accuracy_from: "metadata" } as const)
    : undefined;
  try {
    const options = { onEvent, ...(dataDir && { dataDir }), ...(engine && { engine }) };
    return await withSubject(given, options, NO_GRID, async (subject, place) => {
      const { dataset: facts } = subject.study;
      const { test } = await place.resources.datasets.load(facts.checksum);
      const tested = async () => {
        const { accuracy } = (await testedAndRecovered(subject, null, subject.seed, place)).figures;
        return { accuracy, accuracy_from: accuracy === null ? null : ("test examples" as const) };
      };
      return {
        inputs: firstOf(test, count),
        inputs_from: `test examples of ${facts.name}`,
        ...(stated ?? (await tested())),
      };
    });
  } catch (error) {
    if (!(error instanceof PruneLabError && error.kind === "input")) throw error;
    const unknown = stated === undefined ? ", and its accuracy is not known" : "";
    onEvent({
      event: "notice",
      study: "bench",
      message: `${given.file}: its inputs are random${unknown}. ${error.message}`,
    });
    return {
      inputs: randomInputs(network.inputShape, count),
      inputs_from: "random numbers",
      ...(stated ?? { accuracy: null, accuracy_from: null }),
    };
  }
}

interface MaterialOptions {
  readonly dataDir?: string;
  readonly engine?: string;
  readonly onEvent: OnStudyEvent;
}

/** As floats, which every engine takes; from the first again where there are not enough. */
function firstOf(examples: ExampleSet, count: number): BenchInputs {
  const { inputs, shape } = examples;
  const size = exampleSize(examples);
  const { scale, offset } = inputs.kind === "bytes" ? inputs : { scale: 1, offset: 0 };
  const values = new Float32Array(count * size).map((_, i) => {
    const at = i % (examples.count * size);
    return (inputs.values[at] as number) * scale + offset;
  });
  return { count, shape, values };
}

/** Uniform over 0 to 1, as pixels are; none is 0, which engines could leave out, nor so small that it is slow. */
function randomInputs(shape: readonly number[], count: number): BenchInputs {
  const stream = randomStream(0, "bench", "inputs");
  const values = new Float32Array(count * exampleSize({ shape })).map(() => stream.uniform() || 0.5);
  return { count, shape, values };
}
