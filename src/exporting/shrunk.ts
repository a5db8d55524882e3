import { shrinkMasked } from "../network/shrunk.ts";
import type { Checkpoint } from "../recording/read-checkpoint.ts";

/** The same without units that its masks make superfluous; it takes the same examples, and answers as before but for rounding. */
export function shrunk({ network, parameters, masks, metadata }: Checkpoint): Checkpoint {
  const { spec, ...smaller } = shrinkMasked(network, parameters, masks, { inputs: "all" });
  return { ...smaller, network: spec, metadata: { ...metadata, network: JSON.stringify(spec) } };
}
