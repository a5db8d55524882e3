import * as z from "zod";
import { type Connections, connectionsOf, type WeightedStage } from "../../network/connections.ts";
import { parameterSpecs } from "../../network/parameters.ts";
import { expandTensors, masksOf, type SmallerNetwork, shrinkNetwork } from "../../network/shrinking.ts";
import { readsTokens } from "../../network/specification.ts";
import { type Blueprint, defineConstruction } from "../construction.ts";
import { roundHalfToEven } from "../top-k.ts";

/** What two networks of equal size have the same number of. */
export const matches = ["parameters", "macs"] as const;
/** How much of its width a hidden layer keeps, from the first to the last. */
export const shapes = ["even", "first-wider", "last-wider"] as const;
/** How long a smaller network is trained: as long as the dense one, or with as much computation. */
export const efforts = ["epochs", "compute"] as const;

/** A network that computes less trains at most this many times the epochs (Liu et al. 2019, section 3). */
const MOST_EPOCHS = 2;

const options = z.strictObject({
  match: z
    .enum(matches)
    .default("parameters")
    .describe("What it has at most as many of as the pruned network: parameters, or multiply-accumulates."),
  shape: z
    .enum(shapes)
    .default("even")
    .describe("How the hidden layers are made narrower: all alike, or the first or the last ones less."),
  effort: z
    .enum(efforts)
    .default("epochs")
    .describe(
      "How long it is trained: as many epochs as the dense network, or with as much computation, up to twice the epochs.",
    ),
});

type Options = z.output<typeof options>;

/**
 * The dense network that could have been trained instead: hidden layers with fewer units, no larger than what pruning
 * leaves, with initial values by its own fans. It is held as the first units of the whole network's layers.
 */
export const narrower = defineConstruction({
  name: "narrower",
  summary:
    "A dense network of the size that pruning leaves, with narrower hidden layers, trained from scratch.",
  paper: {
    citation: "Liu et al. 2019, Rethinking the value of network pruning",
    url: "https://arxiv.org/abs/1810.05270",
  },
  options,
  takesSparsity: true,

  misfit: (blueprint, chosen) => {
    if (readsTokens(blueprint.spec)) return "it is a transformer, whose layers are not followed unit by unit";
    const { hidden } = stagesOf(connectionsOf(blueprint.spec));
    if (hidden.length === 0) return "it has no hidden layer to make narrower";
    if (hidden.length === 1 && chosen.shape !== "even") {
      return `it has one hidden layer, and a shape of ${chosen.shape} needs several`;
    }
    if (widthsOf(blueprint, chosen) !== undefined) return undefined;
    const smallest = sizesOf(
      connectionsOf(blueprint.spec),
      hidden.map(() => 1),
    )[chosen.match];
    const most = Math.floor(budgetsOf(blueprint)[chosen.match]);
    return `at sparsity ${blueprint.sparsity} there is room for ${most} ${chosen.match}, and one unit in each hidden layer takes ${smallest}`;
  },

  masks: (blueprint, chosen) => {
    const connections = connectionsOf(blueprint.spec);
    return masksOf(smallerOf(connections, blueprint, chosen), connections);
  },

  values: (material, chosen) => {
    const { spec, initialValues } = material;
    const smaller = smallerOf(connectionsOf(spec), material, chosen);
    const whole = new Map(parameterSpecs(spec).map(({ name, size }) => [name, new Float32Array(size)]));
    expandTensors(smaller, initialValues(smaller.spec), whole);
    return whole;
  },

  stretch: (blueprint, chosen) => {
    if (chosen.effort === "epochs") return 1;
    const connections = connectionsOf(blueprint.spec);
    const { hidden } = stagesOf(connections);
    const whole = sizesOf(
      connections,
      hidden.map(({ outputUnits }) => outputUnits),
    );
    const widths = widthsOf(blueprint, chosen);
    const { macs } = widths === undefined ? whole : sizesOf(connections, widths);
    return Math.min(MOST_EPOCHS, whole.macs / macs);
  },
});

type Sizes = Readonly<Record<(typeof matches)[number], number>>;

function stagesOf({ weighted }: Connections) {
  return { hidden: weighted.slice(0, -1), output: weighted.at(-1) };
}

/** The size of a dense network with the connections of another and so many units in its hidden layers. */
function sizesOf({ weighted }: Connections, widths: readonly number[]): Sizes {
  let [parameters, macs] = [0, 0];
  let inputs = weighted[0]?.inputUnits ?? 0;
  for (const [i, { outputUnits, group, positions, bias }] of weighted.entries()) {
    const outputs = widths[i] ?? outputUnits;
    const weights = outputs * inputs * group;
    parameters += weights + (bias === undefined ? 0 : outputs);
    macs += positions * weights;
    inputs = outputs;
  }
  return { parameters, macs };
}

/** What the whole network pruned to the sparsity has: of multiply-accumulates when every layer is pruned alike. */
function budgetsOf({ spec, prunable, sparsity = 0 }: Blueprint): Sizes {
  const connections = connectionsOf(spec);
  const { hidden } = stagesOf(connections);
  const whole = sizesOf(
    connections,
    hidden.map(({ outputUnits }) => outputUnits),
  );
  const names = new Set(prunable.map(({ name }) => name));
  const values = prunable.reduce((sum, { size }) => sum + size, 0);
  const macs = connections.weighted
    .filter(({ weight }) => names.has(weight.name))
    .reduce((sum, { weight, positions }) => sum + positions * weight.size, 0);
  return {
    parameters: whole.parameters - roundHalfToEven(sparsity * values),
    macs: whole.macs - sparsity * macs,
  };
}

/**
 * The widest hidden layers within the budget: of all scales of the shape at which a layer gains a unit the largest that
 * fits. Undefined where one unit in each layer is too many.
 */
function widthsOf(blueprint: Blueprint, { match, shape }: Options): number[] | undefined {
  const connections = connectionsOf(blueprint.spec);
  const { hidden } = stagesOf(connections);
  const budget = budgetsOf(blueprint)[match];
  const full = hidden.map(({ outputUnits }, i) => outputUnits * factorOf(shape, i, hidden.length));
  const widthsAt = (scale: number) =>
    hidden.map(({ outputUnits }, i) =>
      // A product that is a whole number comes out a little below it.
      Math.min(outputUnits, Math.max(1, Math.floor(scale * (full[i] as number) + 1e-9))),
    );
  const fits = (scale: number) => sizesOf(connections, widthsAt(scale))[match] <= budget;
  const scales = hidden
    .flatMap(({ outputUnits }, i) =>
      Array.from({ length: outputUnits }, (_, unit) => (unit + 1) / (full[i] as number)),
    )
    .sort((a, b) => a - b);
  if (!fits(0)) return undefined;
  let [low, high] = [0, scales.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(scales[middle - 1] as number)) low = middle;
    else high = middle - 1;
  }
  return widthsAt(low === 0 ? 0 : (scales[low - 1] as number));
}

/** From twice to half the share of its width from one end to the other, or 1. */
function factorOf(shape: Options["shape"], layer: number, layers: number): number {
  if (shape === "even" || layers === 1) return 1;
  const place = 1 - (2 * layer) / (layers - 1);
  return 2 ** (shape === "first-wider" ? place : -place);
}

/** The network of these widths, as the first units of each layer. */
function smallerOf(connections: Connections, blueprint: Blueprint, options: Options): SmallerNetwork {
  const widths = widthsOf(blueprint, options);
  if (widths === undefined) throw new RangeError("there is no network so small");
  let inputs = firstUnits(connections.weighted[0]?.inputUnits ?? 0);
  const kept = connections.weighted.map((stage: WeightedStage, i) => {
    const outputs = firstUnits(widths[i] ?? stage.outputUnits);
    const units = { stage, inputs, outputs };
    inputs = outputs;
    return units;
  });
  return shrinkNetwork(connections, kept);
}

function firstUnits(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => i);
}
