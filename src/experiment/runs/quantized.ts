import { contentHash } from "../../foundations/hash.ts";
import { parameterSpecs } from "../../network/parameters.ts";
import { type AnyMethod, isConstructed } from "../../pruning/method.ts";
import { type CodedSize, codedSize } from "../../pruning/quantization/coded-size.ts";
import type { Rounding } from "../../pruning/quantization/quantization.ts";
import { quantizeWeights, withCodes } from "../../pruning/quantization/quantizer.ts";
import { networkOf, ownNetwork } from "../construct.ts";
import { ALGORITHM, evaluationIdentity, QUANTIZATION, VALIDATED } from "../identity.ts";
import type { RunSettings } from "../settings.ts";
import type { RunStatus } from "../status.ts";
import { totalEffort } from "../training/effort.ts";
import { optimizerSpec } from "../training/train.ts";
import { type NetworkStatistics, networkStatistics } from "../weight-statistics.ts";
import { snapshotWeights, type WeightsSnapshot } from "../weights-snapshot.ts";
import type { ResultBase, RunBase, RunKindOf } from "./run.ts";
import { type TestMeasure, test, validate } from "./test-measure.ts";

/** Rounds the weights of its parent, a point, to few bits. */
export interface QuantizedRun extends RunBase {
  readonly kind: "quantized";
  readonly method: AnyMethod;
  readonly rounding: Rounding;
  /** The sparsity of its parent. */
  readonly sparsity: number;
}

export interface QuantizedResult extends ResultBase {
  readonly kind: "quantized";
  /** Of the network with rounded weights. */
  readonly rounded: TestMeasure;
  readonly validation: TestMeasure;
  readonly size: CodedSize;
  /** What the charts show of the prunable weights, rounded. */
  readonly weights: WeightsSnapshot;
  /** Of the rounded ones, where the study asks for it. */
  readonly statistics?: NetworkStatistics;
}

export function planQuantized(
  settings: RunSettings,
  quantized: Omit<QuantizedRun, "kind" | "id" | "parents">,
  point: string,
): QuantizedRun {
  const parents = [{ run: point, artifacts: ["weights"] }] as const;
  const { rounding, seed } = quantized;
  const id = contentHash({
    kind: "quantized",
    algorithm: [QUANTIZATION, ALGORITHM.measuring],
    parents,
    validated: VALIDATED,
    rounding,
    ...evaluationIdentity(settings),
    seed,
  });
  return { kind: "quantized", id, parents, ...quantized };
}

export const quantized: RunKindOf<QuantizedRun, QuantizedResult> = {
  dense: false,
  keepsWeights: false,

  work: ({ sparsity }, _settings, examples) => ({
    steps: 0,
    passes: examples.test + examples.validation,
    density: 1 - sparsity,
  }),

  compute: async ({ label, method, rounding }, [parent], environment) => {
    const { settings, engine, dataset } = environment;
    if (parent === undefined) throw new Error(`${label} has no parent to quantize`);
    const { spec, tensors: prunable } = isConstructed(method)
      ? networkOf(method, settings)
      : ownNetwork(settings);
    const tensors = parameterSpecs(spec);
    const codes = quantizeWeights(tensors, parent.parameters, rounding);
    const parameters = withCodes(parent.parameters, codes);
    const network = await engine.createNetwork(spec, optimizerSpec(settings.train.optimizer));
    try {
      await network.setMasks(parent.masks);
      await network.writeParameters(parameters);
      const rounded = await test(network, environment);
      const validation = await validate(network, dataset);
      const status: RunStatus = rounded.loss === null ? "diverged" : parent.status;
      return {
        result: {
          kind: "quantized",
          status,
          rounded,
          validation,
          history: [],
          size: codedSize(tensors, codes, parent.masks, rounding.bits),
          weights: snapshotWeights(parameters, prunable, settings.evaluate),
          ...(settings.evaluate?.weights ? { statistics: networkStatistics(parameters, prunable) } : {}),
        },
        parameters,
        masks: parent.masks,
        trainSeconds: 0,
        trainedExamples: 0,
      };
    } finally {
      await network.dispose();
    }
  },

  effort: () => totalEffort([]),

  tested: ({ rounded }) => rounded,
};
