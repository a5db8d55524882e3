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

  train(examples: ExampleSet, order: Uint32Array, options: StepOptions): Promise<TrainResult> {
    return this.#with(examples, options, async (number, numbered) => {
      return (await this.#call({ method: "train", args: [number, order, numbered] })) as TrainResult;
    });
  }

  evaluate(examples: ExampleSet): Promise<Evaluation> {
    return this.#sent.examples.use(examples, async (number) => {
      return (await this.#call({ method: "evaluate", args: [number] })) as Evaluation;
    });
  }

  gradients(examples: ExampleSet, order: Uint32Array, options: GradientOptions = {}): Promise<Parameters> {
    return this.#with(examples, options, async (number, numbered) => {
      return (await this.#call({ method: "gradients", args: [number, order, numbered] })) as Parameters;
    });
  }

  outputs(examples: ExampleSet, order: Uint32Array): Promise<Float32Array> {
    return this.#sent.examples.use(examples, async (number) => {
      return (await this.#call({ method: "outputs", args: [number, order] })) as Float32Array;
    });
  }

  activationNorms(examples: ExampleSet, order: Uint32Array): Promise<ReadonlyMap<string, Float32Array>> {
    return this.#sent.examples.use(examples, async (number) => {
      const norms = await this.#call({ method: "activationNorms", args: [number, order] });
      return norms as ReadonlyMap<string, Float32Array>;
    });
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

  /** Makes a call with the numbers of the examples and, if there is one, of the teacher. */
  #with<Options extends { readonly distillation?: Distillation | undefined }, T>(
    examples: ExampleSet,
    { distillation, ...options }: Options,
    call: (examples: number, numbered: NumberedTeacher<Options>) => Promise<T>,
  ): Promise<T> {
    return this.#sent.examples.use(examples, (number) => {
      if (distillation === undefined) return call(number, options);
      const { teacherOutputs, ...how } = distillation;
      return this.#sent.teachers.use(teacherOutputs, (teacher) =>
        call(number, { ...options, distillation: { ...how, teacher } }),
      );
    });
  }

  #call(call: Unaddressed<NetworkCall>): Promise<unknown> {
    return this.#host.request({ kind: "call", network: this.#network, ...call } as NetworkCall);
  }
}

type Unaddressed<Call> = Call extends NetworkCall ? Omit<Call, "kind" | "network"> : never;
