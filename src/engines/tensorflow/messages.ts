import type { NetworkSpec } from "../../network/specification.ts";
import type { Network, OptimizerSpec } from "../engine.ts";
import type { ExampleSet } from "../examples.ts";

/** What goes to the process that runs TensorFlow. Networks and example sets are named by numbers. */
export type HostRequest =
  | {
      readonly kind: "create-network";
      readonly network: number;
      readonly spec: NetworkSpec;
      readonly optimizer: OptimizerSpec;
    }
  | { readonly kind: "add-examples"; readonly examples: number; readonly set: ExampleSet }
  | { readonly kind: "remove-examples"; readonly examples: number }
  | NetworkCall;

export type NetworkMethod = Exclude<keyof Network, "spec">;

/** A call of a network's method, with the number of an example set in place of the set. */
export type NetworkCall = {
  [Method in NetworkMethod]: {
    readonly kind: "call";
    readonly network: number;
    readonly method: Method;
    readonly args: NumberedArguments<Parameters<Network[Method]>>;
  };
}[NetworkMethod];

type NumberedArguments<Args extends readonly unknown[]> = {
  [Index in keyof Args]: Args[Index] extends ExampleSet ? number : Args[Index];
};

/** Where the process runs, told once TensorFlow is loaded. */
export interface HostReady {
  readonly kind: "ready";
  readonly libraryVersion: string;
  readonly usesGpu: boolean;
}

export type HostReply =
  | HostReady
  | { readonly kind: "not-loaded"; readonly message: string }
  /** One for each request, in their order. */
  | { readonly kind: "done"; readonly value: unknown }
  | { readonly kind: "error"; readonly message: string };
