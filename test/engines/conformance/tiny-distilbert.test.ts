import { describe, expect, test } from "vitest";
import { describeEveryEngine, describeFastEngines } from "../support/every-engine.ts";
import {
  expectGoldenLogits,
  expectHeadRemoved,
  rightOfSentences,
  rightOfTiny,
  tinyIsHere,
} from "../support/tiny-distilbert.ts";

describe.skipIf(!tinyIsHere)("a trained DistilBERT", async () => {
  await describeEveryEngine((makeNetwork) => {
    test("gives the logits of PyTorch, dense and pruned", async () => {
      await expectGoldenLogits(makeNetwork);
    });
  });

  await describeFastEngines((makeNetwork, makeReference) => {
    test("without a head it computes what it does with zeros in the head's place", async () => {
      await expectHeadRemoved(makeNetwork, makeReference);
    });

    test.each(rightOfTiny)("pruned to %d, it has %i of 872 sentences right", async (sparsity, expected) => {
      // A sentence on the edge may fall to the other side.
      const right = await rightOfSentences(makeNetwork, sparsity);
      expect(Math.abs(right - expected)).toBeLessThanOrEqual(1);
    });
  });
});
