import { expect, test } from "vitest";
import { expectSteps } from "../../../src/commands/doctor/expected-steps.ts";

const wasm = { name: "kernels-wasm", device: "CPU, WebAssembly SIMD" };
const onGpu = { name: "tensorflow", device: "GPU NVIDIA H200, 139264 MiB, TensorFlow 2.21.0" };
const onCpu = { name: "tensorflow", device: "CPU, 2 threads, TensorFlow 2.21.0" };

const taken = async (...given: Parameters<typeof expectSteps>) =>
  (await expectSteps(...given)).map(({ engine }) => engine);

test("takes the GPU where it is the faster one, and TensorFlow uses it", async () => {
  expect(await taken([wasm, onGpu], 1, true)).toEqual(["tensorflow", "tensorflow", "tensorflow"]);
  expect(await taken([wasm, onGpu], 32, true)).toEqual(["kernels-wasm", "tensorflow", "tensorflow"]);
  expect(await taken([wasm, onCpu], 1, true)).toEqual(["kernels-wasm", "kernels-wasm", "kernels-wasm"]);
});

test("without a GPU there is no time of one; without kernels nothing is weighed", async () => {
  const steps = await expectSteps([wasm], 2, false);
  expect(steps.map(({ gpuMilliseconds }) => gpuMilliseconds)).toEqual([null, null, null]);
  expect(await expectSteps([onGpu], 2, true)).toEqual([]);
});
