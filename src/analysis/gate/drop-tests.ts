import { holmAdjusted } from "../statistics/holm.ts";
import { type DropEstimate, dropEstimates, type Sample, strongest } from "./drop-estimate.ts";

export interface TestOptions {
  /** One-sided level over all tests together. */
  readonly alpha: number;
  /** In the unit of differences, of all samples or of each: a smaller drop is no regression, however significant. */
  readonly tolerance: number | readonly number[];
}

export interface TestedSample extends Sample {
  /** Every seed of the results has exactly the baseline's values: no drop, and nothing to test. */
  readonly identical?: boolean;
}

/** What the test of one sample says. */
export interface DropTest {
  readonly verdict: "regression" | "improvement" | "no difference" | "identical";
  /** The estimate that decided; where none did, the one with the smallest standard error. */
  readonly estimate: DropEstimate;
  /** All estimates of this drop. */
  readonly estimates: readonly DropEstimate[];
  /** One-sided p-value of a drop (of a gain, where that is the verdict), adjusted by Holm over all samples. */
  readonly pValue: number;
}

/**
 * Tests every sample for a drop, all together: a regression is a drop that is significant at `alpha` after Holm's
 * correction and whose estimate exceeds the tolerance, and so does the most precise one: where pairs show that hardly
 * anything moved, a few seeds that are worse than the baseline's others are no drop. Gains are tested likewise, as a
 * family of their own. Both conditions only take findings away, so the level holds whatever the tolerances.
 *
 * An identical sample counts as a test that finds nothing (p = 1): whether pairs are identical is seen in the data,
 * and leaving such samples out would raise the level of the others. A sample with an empty side has no test, and does
 * not count as one.
 */
export function testDrops(
  samples: readonly TestedSample[],
  { alpha, tolerance }: TestOptions,
): (DropTest | undefined)[] {
  const same = samples.map(({ identical, results }) => identical === true && results.size > 0);
  const estimates = samples.map((sample, i) => (same[i] ? [noDrop(sample)] : dropEstimates(sample)));
  const drops = adjusted(estimates, "drop");
  const gains = adjusted(estimates, "gain");
  return estimates.map((ways, i) => {
    const drop = drops[i];
    const gain = gains[i];
    if (drop === undefined || gain === undefined) return undefined;
    if (same[i]) return { verdict: "identical", estimates: ways, ...drop };
    const least = typeof tolerance === "number" ? tolerance : (tolerance[i] ?? 0);
    const precise = mostPrecise(ways) ?? drop.estimate;
    const found = ({ pValue, estimate }: typeof drop, sign: number) =>
      pValue <= alpha && sign * estimate.drop > least && sign * precise.drop > least;
    if (found(drop, 1)) return { verdict: "regression", estimates: ways, ...drop };
    if (found(gain, -1)) return { verdict: "improvement", estimates: ways, ...gain };
    return { verdict: "no difference", estimates: ways, ...drop, estimate: precise };
  });
}

/** Of seeds that all have the same values on both sides. */
function noDrop({ results }: Sample): DropEstimate {
  const degreesOfFreedom = results.size - 1;
  return {
    by: "pairs",
    drop: 0,
    standardError: 0,
    degreesOfFreedom,
    spreadDegreesOfFreedom: degreesOfFreedom,
    // Nothing is detected by it.
    most: 0,
  };
}

function mostPrecise(estimates: readonly DropEstimate[]): DropEstimate | undefined {
  return [...estimates].sort((a, b) => a.standardError - b.standardError)[0];
}

function adjusted(estimates: readonly (readonly DropEstimate[])[], direction: "drop" | "gain") {
  const strongests = estimates.map((ways) => strongest(ways, direction));
  const tests = strongests.filter((test) => test !== undefined);
  // Nothing divided by nothing is no evidence.
  const pValues = holmAdjusted(tests.map(({ pValue }) => (Number.isNaN(pValue) ? 1 : pValue)));
  const byTest = new Map(tests.map((test, i) => [test, { ...test, pValue: pValues[i] ?? 1 }]));
  return strongests.map((test) => test && byTest.get(test));
}
