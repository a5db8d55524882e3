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
 * these numbers is [lanes, 1]. A lane without a step keeps its memory (times 1, plus nothing) and moves nowhere: "nothing"
 * is MulNoNan's product with 0, which is 0 also of what is not finite.
 */
export function stackedOptimizer(runtime: Runtime, spec: OptimizerSpec): StackedOptimizer {
  const add = (a: Tensor, b: Tensor) => runtime.run("AddV2", [a, b]);
  const multiply = (a: Tensor, b: Tensor) => runtime.run("Mul", [a, b]);
  const part = (values: Tensor, share: Tensor) => runtime.run("MulNoNan", [values, share]);
  const move = (rows: RowsVariable, by: Tensor) =>
    runtime.runEffect("AssignSubVariableOp", [rows.matrix.handle, by]);
  /** kept * memory + taken * values; also what is remembered from here on. */
  const remember = (slot: RowsVariable, kept: Tensor, values: Tensor, taken: Tensor) => {
    const sum = add(multiply(slot.matrix.value(), kept), part(values, taken));
    runtime.runEffect("AssignVariableOp", [slot.matrix.handle, sum]);
    return sum;
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
          const buffer = remember(slot, kept, gradients, taken);
          const ahead = nesterov ? add(gradients, multiply(buffer, runtime.constant(momentum))) : buffer;
          move(rows, part(ahead, rate));
        },
      };
    }
    case "adam": {
      const { beta1, beta2, epsilon } = spec;
      return {
        apply(rows, [first, second], gradients, steps) {
          const idle = [0, 1, 1, 0, 1, 0];
          const [rate, epsilons, kept1, taken1, kept2, taken2] = coefficients(
            runtime,
            steps,
            idle,
            ({ number, learningRate }) => {
              // The bias corrections, as in ../optimizer.ts.
              const rootCorrection = Math.sqrt(1 - beta2 ** number);
              return [
                (learningRate * rootCorrection) / (1 - beta1 ** number),
                epsilon * rootCorrection,
                beta1,
                1 - beta1,
                beta2,
                1 - beta2,
              ];
            },
          ) as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
          const mean = remember(first as RowsVariable, kept1, gradients, taken1);
          const squares = runtime.run("Square", [gradients]);
          const variance = remember(second as RowsVariable, kept2, squares, taken2);
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
