import { expect, test } from "vitest";
import { describeDevice, identityOf, reasonForNoGpu } from "../../../src/engines/tensorflow/device.ts";

const onGpu = { kind: "ready", libraryVersion: "2.21.0", usesGpu: true, lanes: 1 } as const;
const onCpu = { ...onGpu, usesGpu: false };
const created = (gpu: number, name: string) =>
  "I0000 00:00:1712345678.9 77 gpu_device.cc:2020] Created device /job:localhost/replica:0/task:0/device:" +
  `GPU:${gpu} with 21024 MB memory:  -> device: ${gpu}, name: ${name}, pci bus id: 0000:00:04.0, compute capability: 8.9`;

test("a GPU is named as TensorFlow names it, the last if there are several", () => {
  const log = [created(0, "NVIDIA A10"), created(1, "NVIDIA L4"), ""].join("\n");
  expect(describeDevice(onGpu, log)).toBe("GPU NVIDIA L4, 21024 MiB, TensorFlow 2.21.0");
  expect(identityOf(onGpu, log)).toBe("tensorflow 1, library 2.21.0, NVIDIA L4");
  expect(describeDevice(onGpu, "")).toBe("GPU of unknown name, TensorFlow 2.21.0");
});

test("on a CPU the threads are part of what the numbers depend on", () => {
  expect(describeDevice(onCpu, "")).toMatch(/^CPU, \d+ threads?, TensorFlow 2\.21\.0$/);
  expect(identityOf(onCpu, "")).toMatch(/^tensorflow 1, library 2\.21\.0, .*, \d+ threads$/);
});

test("lanes are told, and part of what the numbers depend on, where there are several", () => {
  const log = created(0, "NVIDIA L4");
  expect(describeDevice({ ...onGpu, lanes: 16 }, log)).toBe(
    "GPU NVIDIA L4, 21024 MiB, TensorFlow 2.21.0, 16 lanes",
  );
  expect(identityOf({ ...onGpu, lanes: 16 }, log)).toBe("tensorflow 1, library 2.21.0, NVIDIA L4, 16 lanes");
});

test("the reason for using no GPU is TensorFlow's own", () => {
  const log = [
    "I0000 00:00:1795349644.8 6440 port.cc:153] oneDNN custom operations are on.",
    "W0000 00:00:1795349644.9 6440 cuda_executor.cc:1] Cannot dlopen some GPU libraries. Please make sure.",
  ].join("\n");
  expect(reasonForNoGpu(log)).toBe("Cannot dlopen some GPU libraries. Please make sure.");
  expect(reasonForNoGpu("")).toBeUndefined();
});

test("a CUDA library that does not load is named, with the reason", () => {
  const notLoaded = (name: string, why: string) =>
    `I0000 00:00:1795669693.5 77 dso_loader.cc:144] Could not load dynamic library '${name}'; dlerror: ${why}; ` +
    "LD_LIBRARY_PATH: /cache/tfjs-node-gpu/deps/nvidia/cublas/lib";
  const missing = "cannot open shared object file: No such file or directory";
  const noDriver = [
    notLoaded("libcuda.so.1", `libcuda.so.1: ${missing}`),
    "E0000 00:00:1795669693.6 77 cuda_platform.cc:52] failed call to cuInit: INTERNAL: CUDA error (303)",
  ];
  expect(reasonForNoGpu(noDriver.join("\n"))).toBe("failed call to cuInit: INTERNAL: CUDA error (303)");
  const noLibrary = [
    notLoaded("libnvinfer.so.10", `libnvinfer.so.10: ${missing}`),
    notLoaded("libcusolver.so.11", "libcusparse.so.12: undefined symbol: __nvJitLinkGetErrorLogSize_12_9"),
    "W0000 00:00:1795669693.6 77 gpu_device.cc:2365] Cannot dlopen some GPU libraries. Please make sure.",
  ];
  expect(reasonForNoGpu(noLibrary.join("\n"))).toBe(
    "It cannot load libcusolver.so.11: libcusparse.so.12: undefined symbol: __nvJitLinkGetErrorLogSize_12_9.",
  );
});
