import type { Masks } from "../../network/mask.ts";
import type { Parameters } from "../../network/parameters.ts";
import type { NetworkSpec } from "../../network/specification.ts";
import type {
  Distillation,
  Evaluation,
  GradientOptions,
  Network,
  OptimizerState,
  StepOptions,
  TrainResult,
} from "../engine.ts";
import type { ExampleSet } from "../examples.ts";
import type { HostProcess } from "./host-process.ts";
import type { NetworkCall, NumberedTeacher } from "./messages.ts";
import type { Sent } from "./sent-once.ts";

/** A network that lives in the process that runs TensorFlow. */
export class RemoteNetwork implements Network {
  readonly spec: NetworkSpec;
  readonly #host: HostProcess;
  readonly #sent: Sent;
  readonly #network: number;
  #disposed = false;

  constructor(host: HostProcess, sent: Sent, network: number, spec: NetworkSpec) {
    this.#host = host;
    this.#sent = sent;
    this.#network = network;
    this.spec = spec;
  }

  async readParameters(): Promise<Parameters> {
    return (await this.#call({ method: "readParameters", args: [] })) as Parameters;
  }

  async writeParameters(parameters: Parameters): Promise<void> {
    await this.#call({ method: "writeParameters", args: [parameters] });
  }

  async setMasks(masks: Masks): Promise<void> {
    await this.#call({ method: "setMasks", args: [masks] });
  }

  async train(examples: ExampleSet, order: Uint32Array, options: StepOptions): Promise<TrainResult> {
    const number = await this.#sent.examples.numberOf(examples);
    const numbered = await this.#numbered(options);
    return (await this.#call({ method: "train", args: [number, order, numbered] })) as TrainResult;
  }

  async evaluate(examples: ExampleSet): Promise<Evaluation> {
    const number = await this.#sent.examples.numberOf(examples);
    return (await this.#call({ method: "evaluate", args: [number] })) as Evaluation;
  }

  async gradients(
    examples: ExampleSet,
    order: Uint32Array,
    options: GradientOptions = {},
  ): Promise<Parameters> {
    const number = await this.#sent.examples.numberOf(examples);
    const numbered = await this.#numbered(options);
    return (await this.#call({ method: "gradients", args: [number, order, numbered] })) as Parameters;
  }

  async outputs(examples: ExampleSet, order: Uint32Array): Promise<Float32Array> {
    const number = await this.#sent.examples.numberOf(examples);
    return (await this.#call({ method: "outputs", args: [number, order] })) as Float32Array;
  }

  async activationNorms(
    examples: ExampleSet,
    order: Uint32Array,
  ): Promise<ReadonlyMap<string, Float32Array>> {
    const number = await this.#sent.examples.numberOf(examples);
    const norms = await this.#call({ method: "activationNorms", args: [number, order] });
    return norms as ReadonlyMap<string, Float32Array>;
  }

  async readOptimizerState(): Promise<OptimizerState> {
    return (await this.#call({ method: "readOptimizerState", args: [] })) as OptimizerState;
  }

  async writeOptimizerState(state: OptimizerState): Promise<void> {
    await this.#call({ method: "writeOptimizerState", args: [state] });
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#call({ method: "dispose", args: [] });
  }

  async #numbered<Options extends { readonly distillation?: Distillation | undefined }>({
    distillation,
    ...options
  }: Options): Promise<NumberedTeacher<Options>> {
    if (distillation === undefined) return options;
    const { teacherOutputs, ...how } = distillation;
    const teacher = await this.#sent.teachers.numberOf(teacherOutputs);
    return { ...options, distillation: { ...how, teacher } };
  }

  #call(call: Unaddressed<NetworkCall>): Promise<unknown> {
    return this.#host.request({ kind: "call", network: this.#network, ...call } as NetworkCall);
  }
}

type Unaddressed<Call> = Call extends NetworkCall ? Omit<Call, "kind" | "network"> : never;
