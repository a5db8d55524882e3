// Times DistilBERT's full shape, with random weights, on a GPU: forward over as many texts as SST-2 has for testing, and
// an epoch of training steps over them; and checks that the GPU's numbers repeat and agree with the CPU's. Prints the
// tables of bench/gpu.md. Runs the built code: npm run build && node bench/gpu-transformer.mjs. A number, as in
// `node bench/gpu-transformer.mjs 24`, takes that many texts.
import { openEngine } from "../dist/engines/registry.js";
import { PruneLabError } from "../dist/foundations/errors.js";
import { randomStream } from "../dist/foundations/random.js";
import { initialParameters } from "../dist/models/initializers.js";
import { buildNetwork, modelSchema } from "../dist/models/registry.js";
import { describeMachine, formatMarkdown, median } from "./measure.mjs";

const TEXTS = Number(process.argv[2] ?? 872);
/** Tokens of a text: 25 on average, about as SST-2's. */
const SHORTEST = 4;
const LONGEST = 46;
const BATCH = 32;
const ROUNDS = 3;
/** Texts that are compared. */
const FEW = 2;
const adam = { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };
const notify = (message) => process.stderr.write(`${message}\n`);

try {
  await main();
} catch (error) {
  if (!(error instanceof PruneLabError)) throw error;
  notify(`${error.message} ${error.hint ?? ""}`.trim());
  process.exitCode = 2;
}

async function main() {
  const cpu = await openEngine("kernels", notify);
  const gpu = await openEngine("tensorflow", notify);
  try {
    const model = modelSchema().parse({ name: "distilbert" });
    const spec = buildNetwork(model, [LONGEST], 2, "softmax-cross-entropy");
    const parameters = initialParameters(spec, { name: "normal", deviation: 0.02, bias: 0 }, 0);
    const start = async (engine) => {
      const network = await engine.createNetwork(spec, adam);
      await network.writeParameters(parameters);
      return network;
    };
    const { cpu: processor, cores, system, node } = describeMachine();
    process.stdout.write(`${processor}, ${cores} cores, ${system}, Node ${node}\n`);
    for (const { description } of [cpu, gpu])
      process.stdout.write(`${description.name}: ${description.device}\n`);
    const all = makeTexts(TEXTS);
    process.stdout.write(`\n${await timingTable(start, all, [cpu, gpu])}\n`);
    process.stdout.write(`\n${await agreementTable(start, cpu, gpu)}\n`);
  } finally {
    for (const engine of [cpu, gpu]) await engine.dispose();
  }
}

/** Milliseconds a text, forward and in training, of each engine over its texts. */
async function timingTable(start, texts, contenders) {
  const rows = [];
  for (const engine of contenders) {
    const network = await start(engine);
    const order = inOrder(texts.count);
    const forward = await time(() => network.evaluate(texts));
    const options = { batchSize: BATCH, learningRate: 1e-5 };
    const training = await time(() => network.train(texts, order, options));
    await network.dispose();
    const row = [forward, training].flatMap((seconds) => [
      seconds.toFixed(2),
      ((1000 * seconds) / texts.count).toFixed(2),
    ]);
    rows.push([engine.description.name, `${texts.count}`, `${texts.inputs.values.length}`, ...row]);
  }
  const steps = `training, batches of ${BATCH}`;
  return formatMarkdown(
    ["engine", "texts", "tokens", "forward, s", "a text, ms", `${steps}, s`, "a text, ms"],
    rows,
  );
}

/** The median of some rounds after one that warms up. */
async function time(run) {
  const seconds = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const begin = performance.now();
    await run();
    if (round > 0) seconds.push((performance.now() - begin) / 1000);
  }
  return median(seconds);
}

/** How far outputs and gradients are from the CPU's, and whether outputs and a few steps repeat. */
async function agreementTable(start, cpu, gpu) {
  const texts = makeTexts(FEW);
  const [expected, first, second] = [await results(cpu), await results(gpu), await results(gpu)];
  const rows = Object.keys(first).map((name) => [
    name,
    expected[name] === undefined ? "" : relativeError(first[name], expected[name]).toExponential(1),
    relativeError(second[name], first[name]) === 0 ? "the same bits" : "DIFFERENT",
  ]);
  return formatMarkdown([`of ${FEW} texts`, `from ${cpu.description.name}'s`, "a second run"], rows);

  async function results(engine) {
    const network = await start(engine);
    const order = inOrder(FEW);
    const found = { outputs: new Map([["outputs", await network.outputs(texts, order)]]) };
    const gradients = await network.gradients(texts, order);
    // What all keys have in common moves no attention: the gradient of their bias is rounding alone.
    found.gradients = new Map([...gradients].filter(([name]) => !name.endsWith("k_lin.bias")));
    if (engine === gpu) {
      for (let step = 0; step < 5; step++) {
        await network.train(texts, order, { batchSize: FEW, learningRate: 1e-4 });
      }
      found["parameters after 5 steps"] = await network.readParameters();
    }
    await network.dispose();
    return found;
  }
}

function makeTexts(count) {
  const random = randomStream(0, "bench", "texts");
  const below = (limit) => random.uint32() % limit;
  const lengths = Array.from({ length: count }, () => SHORTEST + below(LONGEST - SHORTEST + 1));
  const starts = new Uint32Array(count + 1);
  lengths.forEach((length, i) => {
    starts[i + 1] = starts[i] + length;
  });
  const vocabulary = 30522;
  const values = Uint16Array.from({ length: starts[count] }, () => below(vocabulary));
  return {
    count,
    shape: [Math.max(...lengths)],
    inputs: { kind: "tokens", values, starts, vocabulary },
    targets: { kind: "classes", labels: Uint8Array.from(lengths, (length) => length % 2), classes: 2 },
  };
}

function inOrder(count) {
  return Uint32Array.from({ length: count }, (_, i) => i);
}

/** The largest difference of any tensor, relative to the tensor's largest value. */
function relativeError(actual, expected) {
  const errors = [...expected].map(([name, values]) => {
    let [difference, largest] = [0, 1e-30];
    values.forEach((value, i) => {
      difference = Math.max(difference, Math.abs(value - actual.get(name)[i]));
      largest = Math.max(largest, Math.abs(value));
    });
    return difference / largest;
  });
  return Math.max(...errors);
}
