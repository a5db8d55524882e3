import type { Parameters } from "../../network/parameters.ts";
import { layerOutputShapes, sizeOf } from "../../network/shapes.ts";
import type { RunEnvironment } from "../runs/run.ts";

/** Examples at a time. */
const CHUNK = 2048;

/**
 * What the study's network with these parameters gives for each training example, for classes the logits:
 * [count, outputs], in shared memory.
 */
export async function teacherOutputs(
  parameters: Parameters,
  { settings, engine, dataset }: RunEnvironment,
): Promise<Float32Array> {
  const { network: spec } = settings;
  const { train } = dataset;
  const width = sizeOf(layerOutputShapes(spec).at(-1) ?? spec.inputShape);
  const outputs = new Float32Array(new SharedArrayBuffer(4 * train.count * width));
  const teacher = await engine.createNetwork(spec, { name: "sgd", momentum: 0, weightDecay: 0 });
  try {
    await teacher.writeParameters(parameters);
    for (let first = 0; first < train.count; first += CHUNK) {
      const order = Uint32Array.from({ length: Math.min(CHUNK, train.count - first) }, (_, i) => first + i);
      outputs.set(await teacher.outputs(train, order), first * width);
    }
  } finally {
    await teacher.dispose();
  }
  return outputs;
}
