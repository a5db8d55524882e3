import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findKeptIn } from "../../src/network/blocks.ts";
import { connectionsOf } from "../../src/network/connections.ts";
import { networkLiveness } from "../../src/network/liveness.ts";
import type { Masks } from "../../src/network/mask.ts";
import { weightBlock } from "../../src/network/shrinking.ts";
import { hasWeights, type LayerSpec, type NetworkSpec } from "../../src/network/specification.ts";
import { type ConnectedUnits, connectedUnits, type Units } from "../../src/network/units.ts";
import { conv, dense, pool, relu } from "../engines/support/networks.ts";
import { convNetwork, denseNetwork, type MaskedNetwork, masked } from "./random-networks.ts";

const numbers = ({ varying, constant, dead }: Units) => ({
  varying: [...varying],
  constant: [...constant],
  dead: [...dead],
});

function connectivity(spec: NetworkSpec, masks: Record<string, readonly number[]>, folds = true) {
  const tensors: Masks = new Map(
    Object.entries(masks).map(([name, mask]) => [`${name}.weight`, Uint8Array.from(mask)]),
  );
  const [inputs, ...layers] = levels(connectedUnits(connectionsOf(spec), tensors, () => folds));
  return { inputs, layers };
}

/** The inputs, and the outputs of each layer. */
function levels(connected: readonly ConnectedUnits[]) {
  return [
    ...connected.slice(0, 1).map(({ inputs }) => numbers(inputs)),
    ...connected.map(({ outputs }) => numbers(outputs)),
  ];
}

const mlp: NetworkSpec = {
  inputShape: [4],
  layers: [dense("fc1", 4, 3), relu, dense("fc2", 3, 3), relu, dense("fc3", 3, 2)],
  loss: "softmax-cross-entropy",
};

function cnn(...between: readonly LayerSpec[]): NetworkSpec {
  const layers = [conv("conv1", [2, 3], [1, 1]), ...between, conv("conv2", [3, 2], [1, 1]), pool(2)];
  const flat: LayerSpec[] = [{ kind: "flatten" }, dense("fc", 8, 2)];
  return { inputShape: [2, 4, 4], layers: [...layers, ...flat], loss: "softmax-cross-entropy" };
}

describe("which outputs have to be computed", () => {
  test("all of them without masks", () => {
    const { inputs, layers } = connectivity(mlp, {});
    expect(inputs).toEqual({ varying: [0, 1, 2, 3], constant: [], dead: [] });
    expect(layers.map(({ varying }) => varying.length)).toEqual([3, 3, 2]);
  });

  test("what only leads to dead outputs is dead, back to the inputs", () => {
    const { inputs, layers } = connectivity(mlp, {
      // Inputs 0 and 1 lead to output 0 alone; 3 leads nowhere.
      fc1: [1, 1, 0, 0, /**/ 0, 0, 1, 0, /**/ 0, 0, 1, 0],
      // Output 0 of fc1 leads to output 2 alone.
      fc2: [0, 1, 0, /**/ 0, 1, 1, /**/ 1, 0, 0],
      // Output 2 of fc2 leads nowhere.
      fc3: [1, 1, 0, /**/ 0, 1, 0],
    });
    expect(inputs).toEqual({ varying: [2], constant: [], dead: [0, 1, 3] });
    expect(layers).toEqual([
      { varying: [1, 2], constant: [], dead: [0] },
      { varying: [0, 1], constant: [], dead: [2] },
      { varying: [0, 1], constant: [], dead: [] },
    ]);
  });

  test("what no input reaches is constant, on to the outputs, which are not", () => {
    const { layers } = connectivity(mlp, {
      fc1: [0, 0, 0, 0, /**/ 1, 0, 0, 0, /**/ 0, 0, 0, 0],
      // Output 0 reads constants alone.
      fc2: [1, 0, 1, /**/ 1, 1, 0, /**/ 0, 1, 0],
      fc3: [1, 0, 0, /**/ 1, 1, 1],
    });
    expect(layers).toEqual([
      { varying: [1], constant: [0, 2], dead: [] },
      { varying: [1, 2], constant: [0], dead: [] },
      { varying: [0, 1], constant: [], dead: [] },
    ]);
  });

  test("each layer keeps one output, also where none is needed or none varies", () => {
    const nothing = connectivity(mlp, { fc2: Array(9).fill(0) });
    expect(nothing.inputs?.varying).toEqual([0, 1, 2, 3]);
    expect(nothing.layers).toEqual([
      { varying: [0], constant: [], dead: [1, 2] },
      { varying: [0], constant: [1, 2], dead: [] },
      { varying: [0, 1], constant: [], dead: [] },
    ]);
  });

  test("of images, whole channels", () => {
    const { inputs, layers } = connectivity(cnn(relu), {
      // Channel 1 of the input leads nowhere; no input reaches output 2.
      conv1: [1, 0, /**/ 1, 0, /**/ 0, 0],
      conv2: [1, 0, 1, /**/ 0, 0, 1],
    });
    expect(inputs).toEqual({ varying: [0], constant: [], dead: [1] });
    expect(layers[0]).toEqual({ varying: [0], constant: [2], dead: [1] });
    // Channel 1 of conv2 reads a constant alone, and a pool and a dense layer follow.
    expect(layers[1]).toEqual({ varying: [0], constant: [1], dead: [] });
  });

  test("no constants before a border of zeros", () => {
    const layers = [conv("conv1", [2, 3], [1, 1]), conv("conv2", [3, 2], [1, 1], { padding: 1 })];
    const { layers: units } = connectivity({ ...cnn(), layers }, { conv1: [1, 1, /**/ 1, 1, /**/ 0, 0] });
    expect(units[0]).toEqual({ varying: [0, 1, 2], constant: [], dead: [] });
  });

  test("no constants where nobody folds them", () => {
    const { layers } = connectivity(mlp, { fc1: [0, 0, 0, 0, /**/ 1, 1, 1, 1, /**/ 0, 0, 0, 0] }, false);
    expect(layers[0]).toEqual({ varying: [0, 1, 2], constant: [], dead: [] });
  });
});

/** The same from the definitions: follows kept weights from each unit, and does not care how often. */
function byPaths({ spec, masks }: MaskedNetwork) {
  const layers = spec.layers.filter(hasWeights);
  const sizes = layers.map((layer) => (layer.kind === "dense" ? layer.outputs : layer.outChannels));
  const firstConnecting = spec.layers.find(({ kind }) => kind !== "flatten" && kind !== "activation");
  const inputUnits =
    firstConnecting?.kind === "dense" ? firstConnecting.inputs : (spec.inputShape[0] as number);
  const units = [inputUnits, ...sizes];

  /** Whether unit `from` of a level has a kept weight to unit `to` of the next. */
  const joined = (level: number, from: number, to: number): boolean => {
    const layer = layers[level] as (typeof layers)[number];
    const mask = masks.get(`${layer.name}.weight`) as Uint8Array;
    const row = mask.length / (units[level + 1] as number);
    const each = row / (units[level] as number);
    return mask.subarray(to * row + from * each, to * row + (from + 1) * each).includes(1);
  };
  const numbersBelow = (count: number | undefined) => [...Array(count ?? 0).keys()];
  const needed = (level: number, unit: number): boolean =>
    level === layers.length ||
    numbersBelow(units[level + 1]).some((to) => joined(level, unit, to) && needed(level + 1, to));
  const passes = (level: number) => {
    const next = layers[level];
    return next?.kind === "dense" || (next?.kind === "conv2d" && next.padding === 0);
  };
  const varies = (level: number, unit: number): boolean =>
    level === 0 ||
    !passes(level) ||
    numbersBelow(units[level - 1]).some((from) => joined(level - 1, from, unit) && varies(level - 1, from));

  return units.map((count, level) => {
    const live = numbersBelow(count).filter((unit) => needed(level, unit));
    return {
      varying: live.filter((unit) => varies(level, unit)),
      constant: live.filter((unit) => !varies(level, unit)),
      dead: numbersBelow(count).filter((unit) => !needed(level, unit)),
    };
  });
}

const found = ({ spec, masks }: MaskedNetwork) => connectedUnits(connectionsOf(spec), masks, () => true);

/** Only where each level has something left on its own is the rule out of play that one unit stays. */
const withoutEmptyLevels = (network: fc.Arbitrary<NetworkSpec>) =>
  masked(network).filter((both) => byPaths(both).every(({ varying }) => varying.length > 0));

describe.each([
  ["dense", denseNetwork],
  ["convolutional", convNetwork],
])("in random %s networks", (_name, network) => {
  test("the units are those that paths of kept weights give", () => {
    fc.assert(
      fc.property(withoutEmptyLevels(network), (both) => {
        expect(levels(found(both))).toEqual(byPaths(both));
      }),
      { numRuns: 300 },
    );
  });

  test("each level has a varying unit and all outputs vary, whatever the masks", () => {
    fc.assert(
      fc.property(masked(network), (both) => {
        const units = levels(found(both));
        for (const { varying } of units) expect(varying.length).toBeGreaterThan(0);
        expect(units.at(-1)?.varying).toEqual([0, 1]);
      }),
    );
  });

  test("live weights join varying units: in dense networks all that do, in images not all", () => {
    fc.assert(
      fc.property(withoutEmptyLevels(network), (both) => {
        const { live } = networkLiveness(both.spec, both.masks);
        for (const { stage, kept, inputs, outputs } of found(both)) {
          const weights = weightBlock(stage, inputs.varying, outputs.varying);
          const joining = findKeptIn(weights, kept).indices.length;
          const count = live.get(stage.weight.name) ?? Number.NaN;
          if (network === denseNetwork) expect(count).toBe(joining);
          else expect(count).toBeLessThanOrEqual(joining);
        }
      }),
    );
  });
});
