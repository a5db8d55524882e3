import { conv2d } from "../layers/conv2d.ts";
import type { Runtime } from "../runtime.ts";

/** Whether TensorFlow's kernels for this device convolve in groups, forward and back: tried on two groups of one channel. */
export function convolvesInGroups(runtime: Runtime): boolean {
  const layer = conv2d(runtime, {
    kind: "conv2d",
    name: "tried",
    inChannels: 1,
    outChannels: 2,
    kernelHeight: 1,
    kernelWidth: 1,
    stride: 1,
    padding: 0,
    bias: false,
  });
  try {
    const [one, two, input] = runtime.scope(() => {
      const image = runtime.upload(Float32Array.of(3, 5), [1, 1, 1, 2]);
      const parameters = new Map([["tried.weight", runtime.upload(Float32Array.of(7, 11), [1, 1, 1, 2])]]);
      const passed = layer.forward(image, { parameters });
      const back = layer.backward(
        { input: image, passed, outputGradient: image, wantsInputGradient: true },
        { parameters },
      );
      return [passed.output, back.parameters[0], back.input];
    });
    const seen = [one, two, input].map((tensor) => {
      if (tensor === undefined) return [];
      const values = [...runtime.read(tensor)];
      runtime.free(tensor);
      return values;
    });
    return String(seen) === "21,55,9,25,21,55";
  } catch {
    return false;
  }
}
