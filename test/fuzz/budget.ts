import fc from "fast-check";
import { expect } from "vitest";
import { PruneLabError } from "../../src/foundations/errors.ts";

/** How long all properties together may take: some 15 seconds, or as long as `npm run fuzz -- --minutes N` says. */
const minutes = Number(process.env.PRUNE_LAB_FUZZ_MINUTES ?? 0.25);

/** The same numbers again, where one is given. */
const seed =
  process.env.PRUNE_LAB_FUZZ_SEED === undefined ? undefined : Number(process.env.PRUNE_LAB_FUZZ_SEED);

/** Of the test file: each is given its equal share of the time. */
export function milliseconds(properties: number): number {
  return (minutes * 60_000) / properties;
}

/** Runs a property on as many inputs as the time allows. */
export async function holds<T>(
  share: number,
  inputs: fc.Arbitrary<T>,
  property: (input: T) => Promise<void> | void,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(inputs, async (input) => void (await property(input))),
    {
      numRuns: Number.MAX_SAFE_INTEGER,
      interruptAfterTimeLimit: share,
      markInterruptAsFailure: false,
      endOnFailure: true,
      ...(seed !== undefined && { seed }),
    },
  );
}

const LONGEST_LINE = 700;
const LONGEST_MESSAGE = 6000;

/** Passes when the work succeeds, or says what is wrong as a user is told it: in words, not many, all visible. */
export async function succeedsOrExplains(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof PruneLabError)) throw error;
    const text = `${error.message}\n${error.hint ?? ""}`;
    expect(text.length).toBeLessThan(LONGEST_MESSAGE);
    for (const line of text.split("\n")) {
      expect(line.length).toBeLessThan(LONGEST_LINE);
      expect(line).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
      expect(line).not.toMatch(
        /\b(undefined|\[object |is not a function|is not iterable|Cannot read propert)/,
      );
    }
  }
}
