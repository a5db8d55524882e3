import type { Entry } from "../foundations/registry.ts";
import type { ConstructedMethod, Method } from "./method.ts";

/** What networks are compared with so that a claim about a method can be made, or cannot. */
export type Control = MethodControl | StudyControl;

/** What the report says of a method and its control. */
export interface Comparison {
  /** Stands behind `global-magnitude is 0.4 points above`. */
  readonly noun: string;
  /** What it shows where the method is better, where the two are not told apart, and where the method is worse. */
  readonly better: string;
  readonly alike: string;
  readonly worse: string;
}

/** A variant of a method, which lacks what the claim is about. */
export interface MethodControl extends Entry {
  readonly of: "method";
  readonly comparison: Comparison;
  /** Why a method has no such variant; undefined where it has. */
  misfit?(method: Controllable): string | undefined;
  /**
   * Of each layer as many units go as the method's scores say; which ones, the lowest of these numbers say. `draw` gives
   * uniform random numbers, the same for every method and sparsity of a seed.
   */
  ranks?(score: number, draw: () => number): number;
  /** What the criterion sees of the training examples is spoiled. */
  readonly spoilsExamples?: true;
  /** It takes the mask that the method ended with. */
  readonly takesMask?: TakenMask;
  /** The schedule and the recoveries alone. */
  readonly prunesNothing?: true;
}

/** What becomes of a method's mask, and the weights that it is put on before they are trained. */
export interface TakenMask {
  readonly mask: "kept" | "shuffled";
  /** Those that the method pruned, with its recoveries; or new initial values, with the whole training before these. */
  readonly weights: "pruned" | "reinitialized";
}

/** Networks beside all methods of a study. */
export interface StudyControl extends Entry {
  readonly of: "study";
  /** Of a network that is constructed; what sparsity 0 shows, the report says of every method. */
  readonly comparison?: Comparison;
  /** A network that is constructed. */
  readonly construction?: ConstructedMethod["construction"];
  /** A sparsity that every method has to have. */
  readonly sparsity?: number;
}

/** What of a method a control looks at. */
export type Controllable = Pick<Method, "criterion" | "schedule" | "recovery">;

/** Types a control. */
export function defineControl<const Name extends string, Kind extends Control>(
  control: Kind & { readonly name: Name },
): Kind & { readonly name: Name } {
  return control;
}
