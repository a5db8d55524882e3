import * as z from "zod";
import { connectionsOf, type WeightedStage } from "../../network/connections.ts";
import { type NetworkSpec, readsTokens } from "../../network/specification.ts";
import { defineConstruction } from "../construction.ts";
import { tensorOf } from "../criterion.ts";
import { teacherOptions, teacherTraining } from "../teacher.ts";

/**
 * A linear model as a sparse network with a hidden layer: each input passes through a hidden unit of its own, where the
 * sigmoid is as good as linear. With s(x) = 1/2 + x/4 + O(x^3), an input weight eps and output weights W / (eps gamma),
 *
 *     W / (eps gamma) s(eps x) + b - sum(W / (eps gamma)) / 2  =  W x / (4 gamma) + b + O(eps^2)
 *
 * which for gamma = 1/4, the slope of the sigmoid at 0, is the linear model.
 */
export const linearBridge = defineConstruction({
  name: "linear-bridge",
  summary: "A linear model trained on the same data, as the sparse sigmoid network that computes the same.",
  options: z.strictObject({
    eps: z
      .number()
      .positive()
      .max(1)
      .default(0.001)
      .describe("Weight of each input in its hidden unit: the smaller, the more linear the sigmoid."),
    gamma: z
      .number()
      .positive()
      .max(1)
      .default(0.25)
      .describe("Slope that the output weights reckon with; the sigmoid's at 0 is 0.25."),
    hiddenBiases: z
      .union([z.literal(0), z.literal("kept")])
      .default(0)
      .describe("Biases of the hidden units: 0 and pruned, or kept as they are before training."),
    ...teacherOptions,
  }),
  teacher: teacherTraining,

  misfit: ({ spec }) => {
    const stages = hiddenAndOutput(spec);
    if (stages === undefined) return "it makes networks of one hidden layer, dense, of sigmoid units";
    if (stages.output.bias === undefined) return "its output layer has no biases to take the halves off";
    const { inputs, outputs } = stages.hidden.layer;
    if (outputs >= inputs) return undefined;
    return `each of the ${inputs} inputs needs a hidden unit of its own, and there are ${outputs}`;
  },

  masks: ({ spec }, { hiddenBiases }) => {
    const { hidden, output } = bothStages(spec);
    const { inputs } = hidden.layer;
    const first = new Uint8Array(hidden.weight.size);
    for (let i = 0; i < inputs; i++) first[i * inputs + i] = 1;
    const second = new Uint8Array(output.weight.size);
    for (let j = 0; j < output.outputUnits; j++)
      second.fill(1, j * output.columns, j * output.columns + inputs);
    return new Map([
      [hidden.weight.name, first],
      ...ofBias(hidden, (size) => new Uint8Array(size).fill(hiddenBiases === "kept" ? 1 : 0)),
      [output.weight.name, second],
      ...ofBias(output, (size) => new Uint8Array(size).fill(1)),
    ]);
  },

  values: ({ spec, teacher, initialValues }, { eps, gamma, hiddenBiases }) => {
    const { hidden, output } = bothStages(spec);
    const { inputs } = hidden.layer;
    const [weights, biases] = [tensorOf(teacher, "fc1.weight"), tensorOf(teacher, "fc1.bias")];
    const first = new Float32Array(hidden.weight.size);
    for (let i = 0; i < inputs; i++) first[i * inputs + i] = eps;
    const second = new Float32Array(output.weight.size);
    const outputBiases = biases.map((bias, j) => {
      const row = second.subarray(j * output.columns, j * output.columns + inputs);
      for (let i = 0; i < inputs; i++) row[i] = (weights[j * inputs + i] as number) / (eps * gamma);
      // Of the weights as they are stored, in double precision: the bias takes off what they put on.
      return bias - row.reduce((sum, weight) => sum + weight, 0) / 2;
    });
    return new Map([
      [hidden.weight.name, first],
      ...ofBias(hidden, (size, name) =>
        hiddenBiases === "kept" ? tensorOf(initialValues(spec), name) : new Float32Array(size),
      ),
      [output.weight.name, second],
      ...ofBias(output, () => outputBiases),
    ]);
  },
});

type DenseStage = WeightedStage & { readonly layer: { readonly kind: "dense" } };

/** The two dense stages of a network with one hidden layer of sigmoid units; undefined for another. */
function hiddenAndOutput(spec: NetworkSpec) {
  if (readsTokens(spec)) return undefined;
  const [hidden, output, ...more] = connectionsOf(spec).weighted;
  if (hidden === undefined || output === undefined || more.length > 0) return undefined;
  const [between, ...others] = hidden.between;
  const isSigmoid = between?.kind === "activation" && between.activation === "sigmoid" && others.length === 0;
  if (!isSigmoid || !isDense(hidden) || !isDense(output)) return undefined;
  return { hidden, output };
}

function isDense(stage: WeightedStage): stage is DenseStage {
  return stage.layer.kind === "dense";
}

/** An entry for the bias of a stage that has one. */
function ofBias<T>({ bias }: WeightedStage, make: (size: number, name: string) => T): [string, T][] {
  return bias === undefined ? [] : [[bias.name, make(bias.size, bias.name)]];
}

function bothStages(spec: NetworkSpec) {
  const stages = hiddenAndOutput(spec);
  if (stages === undefined) throw new RangeError("there is no hidden layer of sigmoid units to bridge by");
  return stages;
}
