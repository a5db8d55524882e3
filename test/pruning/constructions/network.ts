import { initialParameters } from "../../../src/models/initializers.ts";
import { buildNetwork, modelSchema } from "../../../src/models/registry.ts";
import { type Parameters, parameterSpecs } from "../../../src/network/parameters.ts";
import type { NetworkSpec } from "../../../src/network/specification.ts";
import type { Blueprint, Material } from "../../../src/pruning/construction.ts";

/** An mlp for a regression: inputs, hidden units, outputs. */
export function regression(
  inputs: number,
  hidden: readonly number[],
  outputs: number,
  model: object = { activation: "sigmoid" },
): NetworkSpec {
  const options = modelSchema().parse({ name: "mlp", hidden: [...hidden], ...model });
  return buildNetwork(options, [inputs], outputs, "mean-squared-error");
}

/** What a construction is asked for, where only some of it counts. */
export function blueprint(spec: NetworkSpec, sparsity?: number, prunable = parameterSpecs(spec)): Blueprint {
  return { spec, prunable, sparsity };
}

/** What values are made from, where a test needs only some of it. */
export function material(spec: NetworkSpec, given: Partial<Material> = {}): Material {
  const initializer = { name: "glorot", distribution: "normal", bias: 0.01 } as const;
  return {
    ...blueprint(spec),
    initialValues: (network) => initialParameters(network, initializer, 0),
    targets: { kind: "values", values: new Float32Array(1), width: 1 },
    teacher: new Map(),
    ...given,
  };
}

/** Tensors as plain lists. */
export function lists(tensors: Parameters | ReadonlyMap<string, Uint8Array>): Record<string, number[]> {
  return Object.fromEntries([...tensors].map(([name, values]) => [name, [...values]]));
}
