import type { OptimizerSpec } from "../../engine.ts";
import type { Runtime, Tensor } from "../runtime.ts";
import type { RowsVariable } from "./rows-variable.ts";

/** The step that a lane takes. */
export interface LaneStep {
  /** Counted from 1. */
  readonly number: number;
  readonly learningRate: number;
}

/** Updates all lanes at once: each by its own rate and count of steps, and those that take no step not at all. */
export interface StackedOptimizer {
  apply(
    rows: RowsVariable,
    slots: readonly RowsVariable[],
    gradients: Tensor,
    steps: readonly (LaneStep | undefined)[],
  ): void;
}

/**
 * By plain ops, since the fused ones have one rate for all. What a lane's own numbers multiply is [lanes, row]; each of
 * these numbers is [lanes, 1]. A lane without a step keeps its memory (plus nothing) and moves nowhere: "nothing" is
 * MulNoNan's product with 0, which is 0 also of what is not finite.
 */
export function stackedOptimizer(runtime: Runtime, spec: OptimizerSpec): StackedOptimizer {
  const add = (a: Tensor, b: Tensor) => runtime.run("AddV2", [a, b]);
  const part = (values: Tensor, share: Tensor) => runtime.run("MulNoNan", [values, share]);
  const move = (rows: RowsVariable, by: Tensor) =>
    runtime.runEffect("AssignSubVariableOp", [rows.matrix.handle, by]);
  const remember = (slot: RowsVariable, values: Tensor) => {
    runtime.runEffect("AssignVariableOp", [slot.matrix.handle, values]);
    return values;
  };
  switch (spec.name) {
    case "sgd": {
      const { momentum, nesterov } = spec;
      return {
        apply(rows, [slot], gradients, steps) {
          const [rate, kept, taken] = coefficients(runtime, steps, [0, 1, 0], ({ learningRate }) => [
            learningRate,
            momentum,
            1,
          ]) as [Tensor, Tensor, Tensor];
          if (slot === undefined) return move(rows, part(gradients, rate));
          const before = runtime.run("Mul", [slot.matrix.value(), kept]);
          const buffer = remember(slot, add(before, part(gradients, taken)));
          const ahead = () => add(gradients, runtime.run("Mul", [buffer, runtime.constant(momentum)]));
          move(rows, part(nesterov ? ahead() : buffer, rate));
        },
      };
    }
    case "adam": {
      const { beta1, beta2, epsilon } = spec;
      /** A running mean goes a share of the way to new values. */
      const approach = (slot: RowsVariable, values: Tensor, share: Tensor) => {
        const mean = slot.matrix.value();
        return remember(slot, add(mean, part(runtime.run("Sub", [values, mean]), share)));
      };
      return {
        apply(rows, [first, second], gradients, steps) {
          const [rate, epsilons, share1, share2] = coefficients(
            runtime,
            steps,
            [0, 1, 0, 0],
            ({ number, learningRate }) => {
              // The bias corrections, as in ../optimizer.ts.
              const rootCorrection = Math.sqrt(1 - beta2 ** number);
              return [
                (learningRate * rootCorrection) / (1 - beta1 ** number),
                epsilon * rootCorrection,
                1 - beta1,
                1 - beta2,
              ];
            },
          ) as [Tensor, Tensor, Tensor, Tensor];
          const mean = approach(first as RowsVariable, gradients, share1);
          const squares = runtime.run("Square", [gradients]);
          const variance = approach(second as RowsVariable, squares, share2);
          const divisor = add(runtime.run("Sqrt", [variance]), epsilons);
          move(rows, part(runtime.run("RealDiv", [mean, divisor]), rate));
        },
      };
    }
  }
}

/** One tensor of [lanes, 1] for each number that `of` gives of a lane's step; lanes without a step have the idle ones. */
function coefficients(
  runtime: Runtime,
  steps: readonly (LaneStep | undefined)[],
  idle: readonly number[],
  of: (step: LaneStep) => readonly number[],
): Tensor[] {
  const lanes = steps.length;
  const values = new Float32Array(idle.length * lanes);
  steps.forEach((step, lane) => {
    (step === undefined ? idle : of(step)).forEach((value, i) => {
      values[i * lanes + lane] = value;
    });
  });
  const all = runtime.upload(values, [idle.length, lanes, 1]);
  return runtime.runMany("Unpack", [all], idle.length, [
    runtime.integers("num", idle.length),
    runtime.integers("axis", 0),
  ]);
}
