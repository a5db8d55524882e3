import * as z from "zod";
import { defineCriterion } from "../criterion.ts";
import {
  type FisherOptions,
  flat,
  flatMask,
  pivotsFor,
  type SingleGradients,
  withFlat,
} from "../second-order/evidence.ts";
import { FisherInverse } from "../second-order/fisher-inverse.ts";
import { rememberLast } from "../second-order/remember-last.ts";
import { surgeonOptions } from "./options.ts";

/**
 * weight^2 / (2 [F^-1]_ii), with the empirical Fisher information F = d I + (1/N) sum g gᵀ of N examples for the Hessian
 * (Hassibi and Stork 1993; Singh and Alistarh 2020): the change of the loss when the weight goes and all others make up
 * for it as well as they can. They then do: by the sum of what they would for each single weight that goes,
 * - F^-1 sum e_q w_q / [F^-1]_qq. F is that of the whole network, not of blocks of it.
 */
export const woodfisher = defineCriterion({
  name: "woodfisher",
  summary: "The change of the loss to second order when all other weights make up for one; and they do.",
  paper: {
    citation:
      "Singh and Alistarh 2020, WoodFisher: efficient second-order approximation for neural network compression",
    url: "https://arxiv.org/abs/2004.14340",
  },
  options: z.strictObject(surgeonOptions),
  needs: ({ examples }) => ({ exampleGradients: { examples } }),
  scores: async (evidence, { examples, dampening }) => {
    const { tensors, weights } = evidence;
    const { diagonal } = await inverseOf(evidence, { examples, dampening });
    const scores = flat(tensors, weights).map((w, i) => (w * w) / (2 * (diagonal[i] as number)));
    return withFlat(new Map(), tensors, scores);
  },
  revise: async (evidence, { masks }, { examples, dampening, updateScale }) => {
    const { tensors, weights } = evidence;
    if (updateScale === 0) return { masks, weights };
    const { inverse, diagonal } = await inverseOf(evidence, { examples, dampening });
    const kept = flatMask(tensors, masks);
    const values = flat(tensors, weights);
    const gone = values.map((w, i) => (kept[i] === 1 ? 0 : w / (diagonal[i] as number)));
    const change = inverse.times(gone);
    const updated = values.map((w, i) => w - updateScale * (change[i] as number));
    return { masks, weights: withFlat(weights, tensors, updated) };
  },
});

const inverseOf = rememberLast(async (evidence: SingleGradients, options: FisherOptions) => {
  const inverse = new FisherInverse(await pivotsFor(evidence, options), options.dampening);
  return { inverse, diagonal: inverse.diagonal() };
});
