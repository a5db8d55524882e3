import { inputError } from "../../foundations/errors.ts";
import { quote } from "../../foundations/quote.ts";

/** Names how many networks train at once; part of what the numbers depend on. */
const VARIABLE = "PRUNE_LAB_TENSORFLOW_LANES";
/** A GPU takes about as long for these as for one: what takes time is to start each operation. */
const ON_GPU = 16;
/** On a CPU many at once take as long as one after the other, or longer. */
const ON_CPU = 1;
const MOST = 256;

/** How many networks are to train at once; undefined where the user does not say. */
export function askedLanes(environment: NodeJS.ProcessEnv): number | undefined {
  const asked = environment[VARIABLE];
  if (asked === undefined || asked === "") return undefined;
  const lanes = Number(asked);
  if (Number.isInteger(lanes) && lanes >= 1 && lanes <= MOST) return lanes;
  throw inputError(`${VARIABLE} is ${quote(asked)}, not a whole number from 1 to ${MOST}.`, {
    hint: `It says how many networks the engine tensorflow trains at once. Write ${VARIABLE}=16, or leave it out.`,
  });
}

export function usualLanes(usesGpu: boolean): number {
  return usesGpu ? ON_GPU : ON_CPU;
}
