import type { Connections, WeightedStage } from "./connections.ts";
import { type KeptRows, keptRows, type Masks } from "./mask.ts";

/**
 * What masks leave of some units, by number, in rising order.
 *
 * - Dead: no kept weights lead from it to an output of the network. It need not be computed at all.
 * - Constant: no kept weights lead to it from an input, so it is the same for every example.
 * - Varying: the rest.
 */
export interface Units {
  readonly varying: Int32Array;
  readonly constant: Int32Array;
  readonly dead: Int32Array;
}

/** A weighted stage with the units that it connects. */
export interface ConnectedUnits {
  readonly stage: WeightedStage;
  /** Its kept weights; undefined without a mask. */
  readonly kept: KeptRows | undefined;
  readonly inputs: Units;
  readonly outputs: Units;
}

/**
 * The units between which kept weights make paths, for each weighted stage in order. Only masks count, never values.
 *
 * `folds` says at which stages the caller computes constants apart, such as by folding them into the next biases. At
 * the others, and where constants do not pass to the next weights (`passesConstants`), they count as varying. Each level
 * keeps at least one varying unit, so that no tensor is empty; the network's outputs all vary, whatever the masks.
 *
 * A weight connects its whole units: where one position of a channel is needed or varies, the channel is and does.
 * liveness.ts follows single positions and is finer in images: at a convolution's border, and where strides pass over
 * positions, it finds weights dead that join needed, varying channels here. In dense networks both agree.
 */
export function connectedUnits(
  { weighted }: Connections,
  masks: Masks,
  folds: (stage: WeightedStage) => boolean,
): ConnectedUnits[] {
  const kept = weighted.map(({ weight, columns }) => {
    const mask = masks.get(weight.name);
    return mask && keptRows(mask, columns);
  });

  // From the outputs back: what they need.
  const needed: Uint8Array[] = [new Uint8Array(weighted.at(-1)?.outputUnits ?? 0).fill(1)];
  for (const [i, stage] of [...weighted.entries()].reverse()) {
    const outputs = needed[0] as Uint8Array;
    needed.unshift(atLeastOne(neededInputs(stage, kept[i], outputs)));
  }

  // From the inputs on: what varies with them.
  let varies = needed[0] as Uint8Array;
  let inputs = unitsOf(varies, varies);
  return weighted.map((stage, i) => {
    const outputsNeeded = needed[i + 1] as Uint8Array;
    varies =
      stage.passesConstants && folds(stage)
        ? varyingOutputs(stage, kept[i], outputsNeeded, varies)
        : outputsNeeded;
    const connected = { stage, kept: kept[i], inputs, outputs: unitsOf(outputsNeeded, varies) };
    inputs = connected.outputs;
    return connected;
  });
}

/** Which input units have kept weights to outputs that are needed. */
function neededInputs(
  { inputUnits, columns, group }: WeightedStage,
  kept: KeptRows | undefined,
  outputs: Uint8Array,
): Uint8Array {
  const inputs = new Uint8Array(inputUnits);
  if (kept === undefined) return inputs.fill(outputs.includes(1) ? 1 : 0);
  const { indices, starts } = kept;
  const neededColumns = new Uint8Array(columns);
  for (let row = 0; row < outputs.length; row++) {
    if (outputs[row] === 0) continue;
    if (!neededColumns.includes(0)) break;
    const end = starts[row + 1] as number;
    for (let n = starts[row] as number; n < end; n++)
      neededColumns[(indices[n] as number) - row * columns] = 1;
  }
  if (group === 1) return neededColumns;
  return inputs.map((_, unit) =>
    neededColumns.subarray(unit * group, (unit + 1) * group).includes(1) ? 1 : 0,
  );
}

/** Which of the needed outputs have kept weights of inputs that vary; one if none has. */
function varyingOutputs(
  { columns, group }: WeightedStage,
  kept: KeptRows | undefined,
  needed: Uint8Array,
  inputs: Uint8Array,
): Uint8Array {
  if (kept === undefined) return needed;
  const { indices, starts } = kept;
  const outputs = needed.map((unit, row) => {
    const end = unit === 1 ? (starts[row + 1] as number) : 0;
    for (let n = starts[row] as number; n < end; n++) {
      const column = (indices[n] as number) - row * columns;
      if (inputs[Math.floor(column / group)] === 1) return 1;
    }
    return 0;
  });
  if (!outputs.includes(1)) outputs[needed.indexOf(1)] = 1;
  return outputs;
}

function atLeastOne(units: Uint8Array): Uint8Array {
  if (!units.includes(1)) units[0] = 1;
  return units;
}

function unitsOf(needed: Uint8Array, varies: Uint8Array): Units {
  const numbers = { varying: [] as number[], constant: [] as number[], dead: [] as number[] };
  needed.forEach((unit, i) => {
    numbers[unit === 0 ? "dead" : varies[i] === 0 ? "constant" : "varying"].push(i);
  });
  const { varying, constant, dead } = numbers;
  return {
    varying: Int32Array.from(varying),
    constant: Int32Array.from(constant),
    dead: Int32Array.from(dead),
  };
}
