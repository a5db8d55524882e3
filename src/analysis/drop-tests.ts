import { type DropEstimate, dropEstimates, type Sample, strongest } from "./drop-estimate.ts";
import { holmAdjusted } from "./holm.ts";

export interface TestOptions {
  /** One-sided level over all tests together. */
  readonly alpha: number;
  /** In the unit of differences: a smaller drop is no regression, however significant. */
  readonly tolerance: number;
}

/** What the test of one sample says. */
export interface DropTest {
  readonly verdict: "regression" | "improvement" | "no difference";
  /** The estimate that decided. */
  readonly estimate: DropEstimate;
  /** All estimates of this drop. */
  readonly estimates: readonly DropEstimate[];
  /** One-sided p-value of a drop (of a gain, where that is the verdict), adjusted by Holm over all samples. */
  readonly pValue: number;
}

/**
 * Tests every sample for a drop, all together: a regression is a drop that is significant at `alpha` after
 * Holm's correction and whose estimate exceeds the tolerance. Gains are tested likewise, as a family of their
 * own. A sample with an empty side has no test, and does not count as one.
 */
export function testDrops(
  samples: readonly Sample[],
  { alpha, tolerance }: TestOptions,
): (DropTest | undefined)[] {
  const estimates = samples.map(dropEstimates);
  const drops = adjusted(estimates, "drop");
  const gains = adjusted(estimates, "gain");
  return estimates.map((ways, i) => {
    const drop = drops[i];
    const gain = gains[i];
    if (drop === undefined || gain === undefined) return undefined;
    const significant = ({ pValue, estimate }: typeof drop, sign: number) =>
      pValue <= alpha && sign * estimate.drop > tolerance;
    if (significant(drop, 1)) return { verdict: "regression", estimates: ways, ...drop };
    if (significant(gain, -1)) return { verdict: "improvement", estimates: ways, ...gain };
    return { verdict: "no difference", estimates: ways, ...drop };
  });
}

function adjusted(estimates: readonly (readonly DropEstimate[])[], direction: "drop" | "gain") {
  const strongests = estimates.map((ways) => strongest(ways, direction));
  const tests = strongests.filter((test) => test !== undefined);
  const pValues = holmAdjusted(tests.map(({ pValue }) => pValue));
  const byTest = new Map(tests.map((test, i) => [test, { ...test, pValue: pValues[i] ?? 1 }]));
  return strongests.map((test) => test && byTest.get(test));
}
