import type { Figures } from "./figures.ts";
import type { CheckpointOptions } from "./options.ts";
import { testedAndRecovered } from "./recovered.ts";
import { NO_GRID, readGiven, withSubject } from "./subject.ts";

export interface EvaluateOutcome extends Figures {
  readonly file: string;
  /** Of its bytes. */
  readonly sha256: string;
}

/**
 * Tests the network of a checkpoint on the test examples, and measures what its masks leave: the figures that the row of a
 * sweep has. Throws a PruneLabError of kind `input` for what is no checkpoint, or not for the data.
 */
export async function evaluate(
  checkpoint: string,
  options: CheckpointOptions = {},
): Promise<EvaluateOutcome> {
  const given = await readGiven(checkpoint);
  return withSubject(given, options, NO_GRID, async (subject, place) => {
    const { figures } = await testedAndRecovered(subject, null, subject.seed, place);
    return { file: checkpoint, sha256: given.sha256, ...figures };
  });
}
