import { expect, test } from "vitest";
import { ReferenceNetwork } from "../../../src/engines/reference/network.ts";
import { rightOfSentences, tinyIsHere } from "../support/tiny-distilbert.ts";

test.skipIf(!tinyIsHere)(
  "a trained DistilBERT, pruned by 80%, has as many sentences right as by PyTorch",
  { timeout: 300_000 },
  async () => {
    const make = async (...network: ConstructorParameters<typeof ReferenceNetwork>) =>
      new ReferenceNetwork(...network);
    expect(await rightOfSentences(make, 0.8)).toBe(686);
  },
);
