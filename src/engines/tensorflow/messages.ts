import type { NetworkSpec } from "../../network/specification.ts";
import type { Distillation, Network, OptimizerSpec } from "../engine.ts";
import type { ExampleSet } from "../examples.ts";

/** What goes to the process that runs TensorFlow. Networks, example sets and teachers are named by numbers. */
export type HostRequest =
  | {
      readonly kind: "create-network";
      readonly network: number;
      readonly spec: NetworkSpec;
      readonly optimizer: OptimizerSpec;
    }
  | { readonly kind: "add-examples"; readonly examples: number; readonly set: ExampleSet }
  | { readonly kind: "remove-examples"; readonly examples: number }
  | { readonly kind: "add-teacher"; readonly teacher: number; readonly outputs: Float32Array }
  | { readonly kind: "remove-teacher"; readonly teacher: number }
  | NetworkCall;

/** `outputsOfOne` is the kernels' own. */
export type NetworkMethod = Exclude<keyof Network, "spec" | "outputsOfOne">;

/** A request and the number of its answer. */
export interface SentRequest {
  readonly id: number;
  readonly request: HostRequest;
}

/** A call of a network's method, with numbers in place of an example set and of a teacher's outputs. */
export type NetworkCall = {
  [Method in NetworkMethod]: {
    readonly kind: "call";
    readonly network: number;
    readonly method: Method;
    readonly args: NumberedArguments<Parameters<Network[Method]>>;
  };
}[NetworkMethod];

type NumberedArguments<Args extends readonly unknown[]> = {
  [Index in keyof Args]: Numbered<Args[Index]>;
};

type Numbered<T> = T extends ExampleSet ? number : "distillation" extends keyof T ? NumberedTeacher<T> : T;

/** Options of a method, with the number of a teacher. */
export type NumberedTeacher<Options> = Omit<Options, "distillation"> & {
  readonly distillation?: NumberedDistillation | undefined;
};

export type NumberedDistillation = Omit<Distillation, "teacherOutputs"> & { readonly teacher: number };

/** Where the process runs, told once TensorFlow is loaded. */
export interface HostReady {
  readonly kind: "ready";
  readonly libraryVersion: string;
  readonly usesGpu: boolean;
  /** Networks that train at once. */
  readonly lanes: number;
}

export type HostReply =
  | HostReady
  | { readonly kind: "not-loaded"; readonly message: string }
  /** One for each request. */
  | { readonly kind: "done"; readonly id: number; readonly value: unknown }
  | { readonly kind: "error"; readonly id: number; readonly message: string };
