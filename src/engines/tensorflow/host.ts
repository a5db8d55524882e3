import type { Distillation } from "../engine.ts";
import type { ExampleSet } from "../examples.ts";
import { DeviceData } from "./device-data.ts";
import { CPU_LANES, GPU_LANES } from "./lanes.ts";
import { loadRuntime } from "./load.ts";
import type { HostReply, HostRequest, NetworkCall, NumberedTeacher, SentRequest } from "./messages.ts";
import { TensorFlowNetwork } from "./network.ts";
import type { Runtime } from "./runtime.ts";
import { Stacks } from "./stacks/stacks.ts";

/**
 * The program of the process that runs TensorFlow: a process of its own, because the library reads its settings
 * from the environment as it is loaded, writes to stderr, and ends the process when something goes badly wrong.
 */
class Host {
  readonly #runtime: Runtime;
  readonly #networks = new Map<number, TensorFlowNetwork>();
  readonly #examples = new Map<number, ExampleSet>();
  readonly #teachers = new Map<number, Float32Array>();
  readonly #onDevice: DeviceData;
  readonly #stacks: Stacks;

  constructor(runtime: Runtime, lanes: number) {
    this.#runtime = runtime;
    this.#onDevice = new DeviceData(runtime);
    this.#stacks = new Stacks(runtime, this.#onDevice, lanes);
  }

  async answer(request: HostRequest): Promise<unknown> {
    switch (request.kind) {
      case "create-network":
        return void this.#networks.set(
          request.network,
          new TensorFlowNetwork(this.#runtime, this.#onDevice, request.spec, request.optimizer, this.#stacks),
        );
      case "add-examples":
        return void this.#examples.set(request.examples, request.set);
      case "remove-examples":
        this.#onDevice.dropExamples(find(this.#examples, request.examples));
        return void this.#examples.delete(request.examples);
      case "add-teacher":
        return void this.#teachers.set(request.teacher, request.outputs);
      case "remove-teacher":
        this.#onDevice.dropTeacher(find(this.#teachers, request.teacher));
        return void this.#teachers.delete(request.teacher);
      case "call":
        return this.#call(request);
    }
  }

  async #call(call: NetworkCall): Promise<unknown> {
    const network = find(this.#networks, call.network);
    const examples = (number: number) => find(this.#examples, number);
    switch (call.method) {
      case "readParameters":
        return network.readParameters();
      case "writeParameters":
        return network.writeParameters(...call.args);
      case "setMasks":
        return network.setMasks(...call.args);
      case "train":
        return network.train(examples(call.args[0]), call.args[1], this.#withTeacher(call.args[2]));
      case "evaluate":
        return network.evaluate(examples(call.args[0]));
      case "gradients":
        return network.gradients(examples(call.args[0]), call.args[1], this.#withTeacher(call.args[2] ?? {}));
      case "outputs":
        return network.outputs(examples(call.args[0]), call.args[1]);
      case "activationNorms":
        return network.activationNorms(examples(call.args[0]), call.args[1]);
      case "readOptimizerState":
        return network.readOptimizerState();
      case "writeOptimizerState":
        return network.writeOptimizerState(...call.args);
      case "dispose":
        this.#networks.delete(call.network);
        return network.dispose();
    }
  }

  #withTeacher<Options>({ distillation, ...options }: NumberedTeacher<Options>) {
    if (distillation === undefined) return options;
    const { teacher, ...how } = distillation;
    const whole: Distillation = { ...how, teacherOutputs: find(this.#teachers, teacher) };
    return { ...options, distillation: whole };
  }
}

function find<T>(items: ReadonlyMap<number, T>, number: number): T {
  const item = items.get(number);
  if (item === undefined) throw new RangeError(`nothing has the number ${number}`);
  return item;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function reply(message: HostReply): void {
  process.send?.(message);
}

function main(packageFolder: string, askedLanes: string | undefined): void {
  // Ctrl-C reaches every process of the terminal; this one ends with the channel to the other.
  process.on("SIGINT", () => {});
  process.on("disconnect", () => process.exit());
  const loaded = load(packageFolder);
  if (typeof loaded === "string") reply({ kind: "not-loaded", message: loaded });
  else serve(loaded, askedLanes === undefined ? usualLanes(loaded) : Number(askedLanes));
}

function usualLanes({ usesGpu }: Runtime): number {
  return usesGpu ? GPU_LANES : CPU_LANES;
}

/** The runtime, or why TensorFlow does not load. */
function load(packageFolder: string): Runtime | string {
  try {
    return loadRuntime(packageFolder);
  } catch (error) {
    return messageOf(error);
  }
}

function serve(runtime: Runtime, lanes: number): void {
  const host = new Host(runtime, lanes);
  process.on("message", ({ id, request }: SentRequest) => {
    host.answer(request).then(
      (value) => reply({ kind: "done", id, value }),
      (error: unknown) => reply({ kind: "error", id, message: messageOf(error) }),
    );
  });
  const { libraryVersion, usesGpu } = runtime;
  reply({ kind: "ready", libraryVersion, usesGpu, lanes });
}

main(process.argv[2] ?? "", process.argv[3]);
