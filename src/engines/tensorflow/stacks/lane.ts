import type { Masks } from "../../../network/mask.ts";
import type { Parameters } from "../../../network/parameters.ts";
import type { TrainResult } from "../../engine.ts";
import { type Home, sized } from "../home.ts";
import type { ParameterValues } from "../layers/layer.ts";
import type { Runtime, Tensor } from "../runtime.ts";
import type { Row } from "./row.ts";
import type { RowsVariable } from "./rows-variable.ts";
import { reshape } from "./stacked-layers.ts";
import { splitRows } from "./stacked-parameters.ts";

/** What a lane is of a stack. */
export interface LanePlace {
  readonly runtime: Runtime;
  readonly row: Row;
  readonly parameters: RowsVariable;
  readonly slots: readonly RowsVariable[];
  /** 1 where a parameter is kept, 0 where it is pruned. */
  readonly kept: RowsVariable;
  readonly lane: number;
  train(training: LaneTraining): Promise<TrainResult>;
  free(): void;
}

/** What a lane is to train over. */
export interface LaneTraining {
  readonly order: Uint32Array;
  readonly learningRate: number;
  /** Steps that its network has taken before. */
  readonly stepsBefore: number;
}

/** One network's row of a stack, which starts with what the lane's last network left: all of it is to be written. */
export class Lane implements Home {
  readonly #place: LanePlace;
  /** In the layout of the row; undefined where nothing is pruned. */
  #kept: Float32Array | undefined;

  constructor(place: LanePlace) {
    this.#place = place;
  }

  train(training: LaneTraining): Promise<TrainResult> {
    return this.#place.train(training);
  }

  values(): ParameterValues {
    const { row, parameters } = this.#place;
    return new Map(this.#pieces(parameters).map((piece, i) => [row.parts[i]?.spec.name ?? "", piece]));
  }

  masked(gradients: readonly Tensor[]): readonly Tensor[] {
    const { runtime, kept } = this.#place;
    return this.#pieces(kept).map((piece, i) => runtime.run("MulNoNan", [gradients[i] as Tensor, piece]));
  }

  setMasks(masks: Masks): void {
    const { row, kept, parameters, slots, lane } = this.#place;
    const keeps = new Float32Array(row.length).fill(1);
    for (const { spec, layout, start } of row.parts) {
      const mask = masks.get(spec.name);
      if (mask !== undefined) keeps.set(layout.toDevice(sized(mask, spec)), start);
    }
    this.#kept = masks.size === 0 ? undefined : keeps;
    kept.write(lane, keeps);
    if (masks.size === 0) return;
    for (const variable of [parameters, ...slots]) this.#write(variable, variable.read(lane));
  }

  read(slot?: number): Parameters {
    return this.#place.row.unpack(this.#rows(slot).read(this.#place.lane));
  }

  write(tensors: Parameters, slot?: number): void {
    this.#write(this.#rows(slot), this.#place.row.pack(tensors));
  }

  dispose(): void {
    this.#place.free();
  }

  #write(variable: RowsVariable, row: Float32Array): void {
    const kept = this.#kept;
    variable.write(
      this.#place.lane,
      kept === undefined ? row : row.map((value, i) => (kept[i] === 0 ? 0 : value)),
    );
  }

  #rows(slot: number | undefined): RowsVariable {
    const { parameters, slots } = this.#place;
    return slot === undefined ? parameters : (slots[slot] as RowsVariable);
  }

  /** The parts of the lane's row, each as one network has it. */
  #pieces(variable: RowsVariable): Tensor[] {
    const { runtime, row, lane } = this.#place;
    return splitRows(runtime, variable.row(lane), row).map((piece, i) =>
      reshape(runtime, piece, row.parts[i]?.layout.shape ?? []),
    );
  }
}
