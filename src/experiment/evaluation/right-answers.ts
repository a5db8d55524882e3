import type { Network } from "../../engines/engine.ts";
import type { ExampleSet } from "../../engines/examples.ts";
import { exampleLoss } from "../../engines/reference/loss.ts";
import { packBits } from "../../foundations/packed.ts";

/** Which test examples a network has right, beside the usual measures. */
export interface Answers {
  readonly loss: number;
  readonly accuracy: number;
  /** One truth value an example, packed. */
  readonly right: string;
}

/**
 * Mean loss and accuracy of a classification, and which examples are right: all by the same outputs, of one pass. Which ones
 * are right is kept of texts alone, whose networks are often one checkpoint without seeds: only the examples can then say
 * how far two networks differ.
 */
export async function rightAnswers(network: Network, test: ExampleSet): Promise<Answers> {
  const { count } = test;
  const logits = await network.outputs(
    test,
    Uint32Array.from({ length: count }, (_, index) => index),
  );
  const width = logits.length / count;
  const right: boolean[] = [];
  let lossSum = 0;
  for (let index = 0; index < count; index++) {
    const outputs = Float64Array.from(logits.subarray(index * width, (index + 1) * width));
    const { loss, correct } = exampleLoss("softmax-cross-entropy", outputs, test, index);
    lossSum += loss;
    right.push(correct === true);
  }
  return {
    loss: lossSum / count,
    accuracy: right.filter(Boolean).length / count,
    right: packBits(right),
  };
}

/** Whether its right answers are kept one by one. */
export function keepsAnswers({ inputs, targets, count }: ExampleSet): boolean {
  return inputs.kind === "tokens" && targets.kind === "classes" && count > 0;
}
