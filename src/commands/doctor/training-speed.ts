import type { Engine } from "../../engines/engine.ts";
import type { ExampleSet } from "../../engines/examples.ts";
import { exampleSize } from "../../engines/examples.ts";
import { randomStream } from "../../foundations/random.ts";
import { initialParameters } from "../../models/initializers.ts";
import { buildNetwork } from "../../models/registry.ts";

const BATCH_SIZE = 64;
const SHAPE = [784];
const CLASSES = 10;

/** What is measured, for people. */
export const SPEED_UNIT = "training steps/s: 784-300-100-10, batch 64, Adam";

/** Training steps a second of the dense 784-300-100-10 network on synthetic examples, over about a second. */
export async function measureTrainingSpeed(engine: Engine): Promise<number> {
  const model = { name: "lenet-300-100", initializer: { name: "pytorch" } } as const;
  const spec = buildNetwork(model, SHAPE, CLASSES, "softmax-cross-entropy");
  const adam = { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 } as const;
  const network = await engine.createNetwork(spec, adam);
  try {
    await network.writeParameters(initialParameters(spec, model.initializer, 0));
    const examples = syntheticExamples(10 * BATCH_SIZE);
    const train = async (steps: number) => {
      const order = Uint32Array.from({ length: steps * BATCH_SIZE }, (_, i) => i % examples.count);
      const start = performance.now();
      await network.train(examples, order, { batchSize: BATCH_SIZE, learningRate: 1e-3 });
      return (performance.now() - start) / 1000;
    };
    // The first steps warm up caches and compilers; then twice as many at a time, until a second is full.
    await train(1);
    for (let steps = 1; ; steps *= 2) {
      const seconds = await train(steps);
      if (seconds > 0.5) return steps / seconds;
    }
  } finally {
    await network.dispose();
  }
}

function syntheticExamples(count: number): ExampleSet {
  const stream = randomStream(0, "training speed");
  const values = new Uint8Array(new SharedArrayBuffer(count * exampleSize({ shape: SHAPE })));
  for (let i = 0; i < values.length; i++) values[i] = stream.below(256);
  const labels = new Uint8Array(new SharedArrayBuffer(count));
  for (let i = 0; i < count; i++) labels[i] = stream.below(CLASSES);
  return {
    count,
    shape: SHAPE,
    inputs: { kind: "bytes", values, scale: 1 / 255, offset: 0 },
    targets: { kind: "classes", labels, classes: CLASSES },
  };
}
