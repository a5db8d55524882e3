import type { RandomStream } from "../../foundations/random.ts";
import type { ParameterSpec, Parameters } from "../../network/parameters.ts";
import { type Evidence, type Gathered, type Scores, tensorOf } from "../criterion.ts";
import { batchesOf } from "./options.ts";

/** How a gate's number, its logit, makes it open and shut. */
export interface Gate {
  /** How far it is open, 0 .. 1, with a uniform random number in (0, 1). */
  open(logit: number, uniform: number): number;
  /** The slope of that with respect to the logit. */
  slope(logit: number, open: number): number;
  /** Slope of what is added to the loss for a gate. */
  penaltySlope(logit: number): number;
}

export interface GateOptions {
  readonly steps: number;
  readonly batchSize: number;
  readonly learningRate: number;
}

/** Where all gates start: as likely open as shut, so that a few hundred steps tell weights apart that the others can stand in for. */
const FIRST_LOGIT = 0;

/** Adam's, as published. */
const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8];

/**
 * Learns a number for each weight, by which a random gate before it opens more or less often: each step draws all
 * gates, takes the gradient of the loss at weight x gate, and moves the numbers by Adam. The weights stay as they are.
 * Before a 0, as all that is pruned, only the penalty moves them.
 */
export async function learnGates(
  { tensors, weights, randomStream, objective }: Evidence & Pick<Gathered, "objective">,
  { steps, batchSize, learningRate }: GateOptions,
  gate: Gate,
): Promise<Scores> {
  const learned = tensors.map((tensor) => learnerOf(tensor, weights, randomStream(tensor.name)));
  let step = 0;
  for (const [from, to] of batchesOf(objective.examples, batchSize, steps)) {
    step++;
    const gated = new Map(weights);
    for (const { name, values, logits, opened, stream } of learned) {
      const product = new Float32Array(values.length);
      for (let i = 0; i < values.length; i++) {
        const open = gate.open(logits[i] as number, stream.uniform() || 2 ** -25);
        opened[i] = open;
        product[i] = (values[i] as number) * open;
      }
      gated.set(name, product);
    }
    const gradients = await objective.gradients(gated, from, to);
    const [bias1, bias2] = [1 - BETA1 ** step, 1 - BETA2 ** step];
    for (const { name, values, logits, opened, first, second } of learned) {
      const gradient = tensorOf(gradients, name);
      for (let i = 0; i < values.length; i++) {
        const logit = logits[i] as number;
        const through = (gradient[i] as number) * (values[i] as number);
        const slope = through * gate.slope(logit, opened[i] as number) + gate.penaltySlope(logit);
        first[i] = BETA1 * (first[i] as number) + (1 - BETA1) * slope;
        second[i] = BETA2 * (second[i] as number) + (1 - BETA2) * slope * slope;
        const root = Math.sqrt((second[i] as number) / bias2);
        logits[i] = logit - (learningRate * (first[i] as number)) / bias1 / (root + EPSILON);
      }
    }
  }
  return new Map(learned.map(({ name, logits }) => [name, logits]));
}

function learnerOf({ name, size }: ParameterSpec, weights: Parameters, stream: RandomStream) {
  return {
    name,
    values: tensorOf(weights, name),
    stream,
    logits: new Float32Array(size).fill(FIRST_LOGIT),
    opened: new Float32Array(size),
    first: new Float32Array(size),
    second: new Float32Array(size),
  };
}

export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
