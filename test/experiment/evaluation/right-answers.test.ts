import { expect, test } from "vitest";
import type { ExampleSet } from "../../../src/engines/examples.ts";
import { engines } from "../../../src/engines/registry.ts";
import { keepsAnswers, rightAnswers } from "../../../src/experiment/evaluation/right-answers.ts";
import { unpackBits } from "../../../src/foundations/packed.ts";
import type { NetworkSpec } from "../../../src/network/specification.ts";

/** The outputs are the inputs. */
const spec: NetworkSpec = {
  inputShape: [2],
  layers: [{ kind: "dense", name: "fc1", inputs: 2, outputs: 2, bias: false }],
  loss: "softmax-cross-entropy",
};
const examples: ExampleSet = {
  count: 5,
  shape: [2],
  inputs: { kind: "floats", values: Float32Array.of(2, 1, 0, 3, 1, 1, -1, 0, 5, 4) },
  targets: { kind: "classes", labels: Uint8Array.of(0, 1, 0, 0, 1), classes: 2 },
};

test("right answers are those of the largest output, the first of equals, with the engine's own loss and accuracy", async () => {
  const engine = await engines.named("reference").open(() => {});
  const network = await engine.createNetwork(spec, { name: "sgd", momentum: 0, weightDecay: 0 });
  await network.writeParameters(new Map([["fc1.weight", Float32Array.of(1, 0, 0, 1)]]));
  const { loss, accuracy, right } = await rightAnswers(network, examples);
  expect(unpackBits(right, 5)).toEqual([true, true, true, false, false]);
  const measured = await network.evaluate(examples);
  expect(accuracy).toBe(measured.accuracy);
  expect(loss).toBeCloseTo(measured.loss, 6);
  await network.dispose();
});

test("they are kept of texts in classes alone, so that other results stay as they were", () => {
  expect(keepsAnswers(examples)).toBe(false);
  const inputs = {
    kind: "tokens",
    values: new Uint16Array(5),
    starts: Uint32Array.of(0, 1, 2, 3, 4, 5),
    vocabulary: 1,
  } as const;
  expect(keepsAnswers({ ...examples, inputs })).toBe(true);
  expect(keepsAnswers({ ...examples, inputs, count: 0 })).toBe(false);
});
