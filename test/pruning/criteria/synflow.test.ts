import { expect, test } from "vitest";
import { synflow } from "../../../src/pruning/criteria/synflow.ts";
import { evidenceOf, layer, values } from "./evidence.ts";

test("scores by |weight x gradient of the flow|", () => {
  const weights = values([1, -2, 3, 0, 0.5, -1], [2, -4]);
  const gradients = values([2, 3, 0.5, 7, 4, 6], [0, 0.25]);
  expect(synflow.scores(evidenceOf(layer, { weights, gradients }), { rounds: 1 })).toEqual(
    values([2, 6, 1.5, 0, 2, 6], [0, 1]),
  );
});

/** A 2-2-1 network without biases: the flow is v0 (w00 + w01) + v1 (w10 + w11) of absolute weights. */
test("what flows into a unit flows out of it", async () => {
  const tensors = [
    { name: "fc1.weight", layer: "fc1", role: "weight", shape: [2, 2], size: 4 },
    { name: "fc2.weight", layer: "fc2", role: "weight", shape: [1, 2], size: 2 },
  ] as const;
  const [w, v] = [Float32Array.of(1, -2, 3, -4), Float32Array.of(-5, 6)];
  const weights = new Map([
    ["fc1.weight", w],
    ["fc2.weight", v],
  ]);
  const gradients = new Map([
    ["fc1.weight", Float32Array.of(5, 5, 6, 6)],
    ["fc2.weight", Float32Array.of(3, 7)],
  ]);
  const scores = await synflow.scores(evidenceOf(tensors, { weights, gradients }), { rounds: 1 });
  expect(scores.get("fc1.weight")).toEqual(Float32Array.of(5, 10, 18, 24));
  expect(scores.get("fc2.weight")).toEqual(Float32Array.of(15, 42));
});

test("asks for the gradient of the flow, in as many rounds as it is told", () => {
  expect(synflow.needs?.({ rounds: 3 })).toEqual({ gradients: { of: "flow" } });
  expect(synflow.rounds?.({ rounds: 3 })).toBe(3);
  expect(synflow.rounds?.(synflow.options.parse({}))).toBe(100);
});
