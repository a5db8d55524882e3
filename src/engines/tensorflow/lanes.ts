import { inputError } from "../../foundations/errors.ts";
import { quote } from "../../foundations/quote.ts";

/** Names how many networks train at once; part of what the numbers depend on. */
const VARIABLE = "PRUNE_LAB_TENSORFLOW_LANES";
/** On a CPU many at once take as long as one after the other, or longer; on a GPU they have not been measured. */
export const USUAL_LANES = 1;
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
