import { gzipSync } from "node:zlib";
import type { ExportFormat } from "../../exporting/format.ts";
import { safetensors, safetensorsCompressed } from "../../exporting/safetensors.ts";
import { shrunk } from "../../exporting/shrunk.ts";
import { randomStream } from "../../foundations/random.ts";
import { parameterSpecs } from "../../network/parameters.ts";
import type { BenchForm } from "../../recording/bench-rows.ts";
import type { Checkpoint } from "../../recording/read-checkpoint.ts";

/** A checkpoint in one of the shapes that it can be computed in. */
export interface Form {
  readonly name: BenchForm;
  /** The network as an engine is given it: without masks it is laid out dense. */
  readonly network: Checkpoint;
  /** Forms that have the same weights, and so the same outputs. */
  readonly weights: "filled" | "own";
  /** Of its safetensors file. */
  readonly fileBytes: number;
  readonly gzipBytes: number;
}

/**
 * The forms of a checkpoint. Without masks there is one, dense. With masks:
 *
 * - dense: the network as it was before pruning, with a weight drawn for each pruned one;
 * - masked: its own weights, zeros where they are pruned, laid out dense;
 * - sparse: the same with its masks, so that an engine can leave pruned weights out;
 * - shrunk: the smaller network that is left, with what is left of the masks.
 */
export function formsOf(checkpoint: Checkpoint): Form[] {
  if (![...checkpoint.masks.values()].some((mask) => mask.includes(0))) {
    return [form("dense", "own", { ...checkpoint, masks: new Map() }, safetensors)];
  }
  return [
    form("dense", "filled", filled(checkpoint), safetensors),
    form("masked", "own", { ...checkpoint, masks: new Map() }, safetensors),
    form("sparse", "own", checkpoint, safetensorsCompressed),
    form("shrunk", "own", shrunk(checkpoint), safetensorsCompressed),
  ];
}

function form(name: BenchForm, weights: Form["weights"], network: Checkpoint, format: ExportFormat): Form {
  const file = Buffer.from(format.encode(network));
  return {
    name,
    network,
    weights,
    fileBytes: file.length,
    gzipBytes: gzipSync(file, { level: 9 }).length,
  };
}

/** Where no weight is left to go by. */
const SMALL = 0.05;

/** With normal deviates of the size of the kept weights in place of the pruned ones, always the same. */
function filled({ network, parameters, masks, metadata }: Checkpoint): Checkpoint {
  const whole = parameterSpecs(network).map(({ name }) => {
    const values = parameters.get(name);
    if (values === undefined) throw new Error(`no tensor named '${name}'`);
    const mask = masks.get(name);
    if (mask === undefined) return [name, values] as const;
    const kept = values.filter((_, i) => mask[i] === 1);
    const squares = kept.reduce((sum, value) => sum + value * value, 0);
    const size = squares === 0 ? SMALL : Math.sqrt(squares / kept.length);
    const stream = randomStream(0, "bench", "filled", name);
    return [name, values.map((value, i) => (mask[i] === 1 ? value : size * stream.normal()))] as const;
  });
  return { network, parameters: new Map(whole), masks: new Map(), metadata };
}
