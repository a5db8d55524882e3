import { expect, test } from "vitest";
import { gpuSpeed, kernelsSpeed, stepSeconds } from "../../src/engines/expected-time.ts";
import { TRAINING_PASSES } from "../../src/experiment/training/effort.ts";
import { buildNetwork, modelSchema } from "../../src/models/registry.ts";
import { denseMacs } from "../../src/network/weighted-layers.ts";

const networkOf = (model: object, shape: readonly number[] = [1, 28, 28], classes = 10) =>
  buildNetwork(modelSchema().parse(model), shape, classes, "softmax-cross-entropy");

const mlp = networkOf({ name: "lenet-300-100" });
const wideMlp = networkOf({ name: "mlp", hidden: [2048, 2048] });
const cnn = networkOf({ name: "lenet-5" });
const distilbert = networkOf({ name: "distilbert", positions: 46 }, [46], 2);

/** Expected is off by no more than this factor. */
const TOLERANCE = 2.5;

function expectNear(expected: number, measured: number) {
  expect(expected / measured).toBeGreaterThan(1 / TOLERANCE);
  expect(expected / measured).toBeLessThan(TOLERANCE);
}

/** bench/gpu.md: milliseconds on one core with AVX-512, and on the GPU. */
test.each([
  ["lenet-300-100, batch 64", mlp, 64 * TRAINING_PASSES, 0.53, 1.25],
  ["lenet-300-100, batch 1024", mlp, 1024 * TRAINING_PASSES, 7.82, 1.29],
  ["mlp 2048-2048, batch 64", wideMlp, 64 * TRAINING_PASSES, 17.64, 1.15],
  ["mlp 2048-2048, batch 1024", wideMlp, 1024 * TRAINING_PASSES, 298.38, 1.84],
  ["lenet-5, batch 64", cnn, 64 * TRAINING_PASSES, 6.42, 2.25],
  ["lenet-5, batch 1024", cnn, 1024 * TRAINING_PASSES, 104.07, 3.65],
  ["DistilBERT, batch 32", distilbert, 32 * TRAINING_PASSES, 32 * 73.55, 32 * 1.53],
])("%s: the times that were measured, and the faster one", (_row, spec, passes, kernels, gpu) => {
  const multiplyAdds = passes * denseMacs(spec);
  const onCore = 1000 * stepSeconds(kernelsSpeed("AVX-512", 1), multiplyAdds);
  const onGpu = 1000 * stepSeconds(gpuSpeed(spec, 64, 1, 16), multiplyAdds);
  expectNear(onCore, kernels);
  expectNear(onGpu, gpu);
  expectNear(onCore / onGpu, kernels / gpu);
  expect(onCore < onGpu).toBe(kernels < gpu);
});

/** bench/gpu.md: milliseconds of a step of all networks in lanes, batch 64. */
test.each([
  ["16 of lenet-300-100", mlp, 16, 3.48],
  ["100 of lenet-300-100", mlp, 100, 5.69],
  ["16 of lenet-5", cnn, 16, 9.39],
  ["100 of lenet-5", cnn, 100, 33.56],
])("%s in lanes: the time that was measured", (_row, spec, networks, gpu) => {
  const each = stepSeconds(gpuSpeed(spec, 64, networks, networks), 64 * TRAINING_PASSES * denseMacs(spec));
  expectNear(1000 * networks * each, gpu);
});

test("the operations of a step are those that were counted", () => {
  // docs/decisions/tensorflow-lanes.md
  const { secondsAStep: secondsOf50 } = gpuSpeed(mlp, 64, 1, 1);
  const seconds = (spec: typeof mlp, lanes: number) => gpuSpeed(spec, 64, lanes, lanes).secondsAStep;
  const operations = (spec: typeof mlp) => (50 * seconds(spec, 1)) / secondsOf50;
  /** What does not grow with the lanes. */
  const inLanes = (spec: typeof mlp) => (50 * (2 * seconds(spec, 16) - seconds(spec, 32))) / secondsOf50;
  expect(Math.abs(operations(cnn) - 74)).toBeLessThan(3);
  expect(Math.abs(inLanes(mlp) - 73)).toBeLessThan(3);
  expect(Math.abs(inLanes(cnn) - 105)).toBeLessThan(5);
});

test("lanes share the start of operations, not the arithmetic; as many as there are runs for them", () => {
  const arithmetic = 1e12;
  const alone = gpuSpeed(mlp, 64, 1, 16);
  const shared = gpuSpeed(mlp, 64, 16, 16);
  expect(shared.atOnce).toBe(16);
  expect(gpuSpeed(mlp, 64, 16, 4).atOnce).toBe(4);
  expect(stepSeconds(shared, 0)).toBeLessThan(stepSeconds(alone, 0) / 8);
  expect(stepSeconds(shared, arithmetic) - stepSeconds(shared, 0)).toBeCloseTo(arithmetic / alone.rate, 9);
  // Transformers train one after the other.
  expect(gpuSpeed(distilbert, 32, 16, 16)).toEqual(gpuSpeed(distilbert, 32, 1, 16));
  // And what keeps a GPU busy alone.
  expect(gpuSpeed(wideMlp, 64, 16, 16).atOnce).toBe(1);
  expect(gpuSpeed(cnn, 128, 16, 16).atOnce).toBe(16);
  expect(gpuSpeed(cnn, 1024, 16, 16).atOnce).toBe(1);
});

test("wider instructions are faster, and more cores too", () => {
  const rates = (["AVX-512", "AVX2", "SSE2"] as const).map((each) => kernelsSpeed(each, 1).rate);
  expect(rates).toEqual([...rates].sort((a, b) => b - a));
  expect(stepSeconds(kernelsSpeed("AVX2", 8), 1e9)).toBe(stepSeconds(kernelsSpeed("AVX2", 1), 1e9) / 8);
});
