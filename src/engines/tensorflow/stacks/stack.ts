import { setImmediate } from "node:timers";
import type { NetworkSpec } from "../../../network/specification.ts";
import type { OptimizerSpec, TrainResult } from "../../engine.ts";
import type { DeviceExamples } from "../device-examples.ts";
import { passBackward, passForward } from "../passes.ts";
import type { Runtime, Tensor } from "../runtime.ts";
import { Lane, type LaneTraining } from "./lane.ts";
import { Row } from "./row.ts";
import { RowsVariable } from "./rows-variable.ts";
import { type StackedLayers, stackedLayers } from "./stacked-layers.ts";
import { stackedLoss } from "./stacked-loss.ts";
import { type StackedOptimizer, stackedOptimizer } from "./stacked-optimizer.ts";
import { type StackedParameters, stackedParameters } from "./stacked-parameters.ts";

/** What all networks of a stack have in common. */
export interface StackSpec {
  readonly spec: NetworkSpec;
  readonly optimizer: OptimizerSpec;
  readonly slotCount: number;
  readonly batchSize: number;
}

/** A call of `train` under way. */
interface Training extends LaneTraining {
  /** Examples taken. */
  taken: number;
  lossSum: number;
  resolve(result: TrainResult): void;
  reject(error: unknown): void;
}

/** The losses of a step, still on the device, and whose they are. */
interface Unread {
  readonly losses: Tensor;
  readonly of: readonly { readonly training: Training; readonly lane: number; readonly count: number }[];
}

interface Occupant {
  readonly lane: Lane;
  /** Takes the network out of the lane, and disposes of the lane. */
  readonly leave: () => void;
  training: Training | undefined;
}

/**
 * Networks of one specification that train together: each op of a step is one for all lanes. A lane is a network's from
 * the time it enters until the lane is disposed of; what it trains is its own: weights, masks, order, rate, count of
 * steps. Each step takes the next batch of every lane that has one.
 *
 * There are always as many lanes on the device as there may be: a lane's bits could depend on their number, and do not
 * depend on what the others do.
 */
export class Stack {
  readonly #runtime: Runtime;
  readonly #shared: StackSpec;
  readonly #examples: () => DeviceExamples;
  readonly #onEmpty: () => void;
  readonly #row: Row;
  readonly #parameters: RowsVariable;
  readonly #slots: readonly RowsVariable[];
  readonly #kept: RowsVariable;
  readonly #layers: StackedLayers;
  readonly #stacked: StackedParameters;
  readonly #optimizer: StackedOptimizer;
  readonly #occupants: (Occupant | undefined)[];
  #unread: Unread[] = [];
  #waiting: (() => void)[] = [];
  #running = false;

  /** `examples` gives those that all lanes train on. */
  constructor(
    runtime: Runtime,
    shared: StackSpec,
    lanes: number,
    examples: () => DeviceExamples,
    onEmpty: () => void,
  ) {
    const { spec, optimizer, slotCount, batchSize } = shared;
    this.#runtime = runtime;
    this.#shared = shared;
    this.#examples = examples;
    this.#onEmpty = onEmpty;
    this.#row = new Row(spec);
    const rows = () => new RowsVariable(runtime, lanes, this.#row.length);
    this.#parameters = rows();
    this.#slots = Array.from({ length: slotCount }, rows);
    this.#kept = rows();
    this.#layers = stackedLayers(runtime, spec, lanes, batchSize);
    this.#stacked = stackedParameters(runtime, this.#row, lanes);
    this.#optimizer = stackedOptimizer(runtime, optimizer);
    this.#occupants = Array.from({ length: lanes }, () => undefined);
  }

  /**
   * A lane for a network; undefined where all are training. A network that is in a lane, but does not train, leaves it to
   * the new one.
   */
  enter(leave: () => void): Lane | undefined {
    const at = this.#freeLane();
    if (at < 0) return undefined;
    const lane = new Lane({
      runtime: this.#runtime,
      row: this.#row,
      parameters: this.#parameters,
      slots: this.#slots,
      kept: this.#kept,
      lane: at,
      train: (training) => this.#train(at, training),
      free: () => this.#free(at),
    });
    this.#occupants[at] = { lane, leave, training: undefined };
    return lane;
  }

  has(lane: Lane): boolean {
    return this.#occupants.some((occupant) => occupant?.lane === lane);
  }

  /** Ends as soon as a lane has trained what it was to. */
  oneToEnd(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #freeLane(): number {
    const empty = this.#occupants.indexOf(undefined);
    if (empty >= 0) return empty;
    const idle = this.#occupants.findIndex((occupant) => occupant?.training === undefined);
    this.#occupants[idle]?.leave();
    return idle;
  }

  #free(lane: number): void {
    this.#occupants[lane] = undefined;
    if (this.#occupants.some((occupant) => occupant !== undefined)) return;
    for (const rows of [this.#parameters, ...this.#slots, this.#kept]) rows.dispose();
    this.#onEmpty();
  }

  #train(lane: number, { order, ...how }: LaneTraining): Promise<TrainResult> {
    const occupant = this.#occupants[lane] as Occupant;
    if (order.length === 0) return Promise.resolve({ loss: Number.NaN, finite: true });
    const ended = new Promise<TrainResult>((resolve, reject) => {
      occupant.training = { ...how, order, taken: 0, lossSum: 0, resolve, reject };
    });
    if (!this.#running) {
      this.#running = true;
      setImmediate(() => this.#turn());
    }
    return ended;
  }

  /** A step, then a turn of the event loop, so that lanes may join. */
  #turn(): void {
    try {
      this.#step();
    } catch (error) {
      for (const occupant of this.#occupants) this.#end(occupant, (training) => training.reject(error));
      for (const { losses } of this.#unread.splice(0)) this.#runtime.free(losses);
    }
    this.#running = this.#occupants.some((occupant) => occupant?.training !== undefined);
    if (this.#running) setImmediate(() => this.#turn());
  }

  #step(): void {
    const { batchSize } = this.#shared;
    const trainings = this.#occupants.map((occupant) => occupant?.training);
    const batches = trainings.map((training) =>
      training?.order.subarray(training.taken, training.taken + batchSize),
    );
    const losses = this.#runtime.scope(() => {
      // The inner scope frees the values of the parameters, so that they can change in place.
      const { each, gradients } = this.#runtime.scope(() => this.#gradients(batches));
      const steps = trainings.map((training) => {
        if (training === undefined) return undefined;
        const { stepsBefore, taken, learningRate } = training;
        return { number: stepsBefore + taken / batchSize + 1, learningRate };
      });
      this.#optimizer.apply(this.#parameters, this.#slots, gradients, steps);
      return this.#runtime.keep(each);
    });
    const of = trainings.flatMap((training, lane) => {
      if (training === undefined) return [];
      const count = batches[lane]?.length ?? 0;
      training.taken += count;
      return [{ training, lane, count }];
    });
    this.#unread.push({ losses, of });
    const ended = this.#occupants.filter((each) => each?.training?.taken === each?.training?.order.length);
    if (ended.some((each) => each?.training !== undefined)) this.#readLosses();
    for (const occupant of ended) {
      this.#end(occupant, ({ lossSum, order, resolve }) =>
        resolve({ loss: lossSum / order.length, finite: Number.isFinite(lossSum) }),
      );
    }
  }

  /** Gradients of the mean loss of each lane's batch as rows, and the losses of all examples. */
  #gradients(batches: readonly (Uint32Array | undefined)[]): {
    readonly each: Tensor;
    readonly gradients: Tensor;
  } {
    const runtime = this.#runtime;
    const { batchSize, spec, optimizer } = this.#shared;
    const indices = new Uint32Array(batches.length * batchSize);
    const shares = new Float32Array(indices.length);
    batches.forEach((batch, lane) => {
      if (batch === undefined) return;
      indices.set(batch, lane * batchSize);
      shares.fill(1 / batch.length, lane * batchSize, lane * batchSize + batch.length);
    });
    const rows = this.#examples().rows(indices);
    const values = this.#parameters.matrix.value();
    const pass = { parameters: this.#stacked.values(values) };
    const { layers, firstTrained, enter } = this.#layers;
    const input = enter(rows.inputs(new Set()).values);
    const passed = passForward(runtime, layers, input, pass);
    const outputs = passed.at(-1)?.passed.output ?? input;
    const targets = runtime.run("Reshape", [rows.targets(), runtime.indices(...outputs.shape)]);
    const shareOf = runtime.upload(shares, [batches.length, batchSize, 1]);
    const { each, outputGradient } = stackedLoss(runtime, spec.loss, outputs, targets, shareOf);
    const plain = this.#stacked.rows(passBackward(runtime, passed, firstTrained, outputGradient, pass));
    const { weightDecay } = optimizer;
    const decay = () => runtime.run("Mul", [values, runtime.constant(weightDecay)]);
    const decayed = weightDecay === 0 ? plain : runtime.run("AddV2", [plain, decay()]);
    return { each, gradients: runtime.run("MulNoNan", [decayed, this.#kept.matrix.value()]) };
  }

  /** Adds up the losses of the steps so far. Waits for the device. */
  #readLosses(): void {
    const { batchSize } = this.#shared;
    for (const { losses, of } of this.#unread.splice(0)) {
      const values = this.#runtime.read(losses);
      this.#runtime.free(losses);
      for (const { training, lane, count } of of) {
        let sum = 0;
        for (let i = 0; i < count; i++) sum += values[lane * batchSize + i] as number;
        // A batch's sum is a float32, as that of a network alone: what is beyond is not finite.
        training.lossSum += Math.fround(sum);
      }
    }
  }

  #end(occupant: Occupant | undefined, settle: (training: Training) => void): void {
    if (occupant?.training === undefined) return;
    settle(occupant.training);
    occupant.training = undefined;
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
