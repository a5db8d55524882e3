import * as z from "zod";
import type { ParameterSpec } from "../../network/parameters.ts";
import { defineCriterion, magnitudesOf, scoreEach } from "../criterion.ts";
import {
  exampleGradientsOf,
  flat,
  flatMask,
  pivotsFor,
  withFlat,
  withFlatMask,
} from "../second-order/evidence.ts";
import { exchanges } from "../second-order/exchange.ts";
import { compensation } from "../second-order/least-squares.ts";
import { surgeonOptions } from "./options.ts";

/**
 * Which weights go together is chosen for all of them at once (Yu et al. 2022): from the smallest ones on, by exchanges
 * that lower the change of the loss to second order, (1/N) |sum of g w over what goes|^2 / 2, in which weights cancel one
 * another. Of the states that the search comes through, the one with the lowest loss counts. The weights that are kept
 * then make up for all that go by least squares; where the loss is lower after that without any exchange, there is none.
 * Left out of the paper's method: its choice among random perturbations of what the search starts from.
 */
export const cbs = defineCriterion({
  name: "cbs",
  summary:
    "Magnitude, then exchanges by which weights that go cancel one another; the others make up for them.",
  paper: {
    citation:
      "Yu et al. 2022, The combinatorial brain surgeon: pruning weights that cancel one another in neural networks",
    url: "https://arxiv.org/abs/2203.04466",
  },
  options: z.strictObject(surgeonOptions),
  needs: ({ examples }) => ({ exampleGradients: { examples }, objective: { examples } }),
  scores: (evidence) => scoreEach(evidence, magnitudesOf),
  revise: async (evidence, { masks, exchange }, { examples, dampening, updateScale }) => {
    const { tensors, weights, objective } = evidence;
    const values = flat(tensors, weights);
    const stateOf = async (kept: Uint8Array, changed = values): Promise<State> => {
      const left = changed.map((w, i) => (kept[i] === 1 ? w : 0));
      return { kept, values: left, loss: await objective.loss(withFlat(weights, tensors, left)) };
    };
    const start = await stateOf(flatMask(tensors, masks));
    let best = start;
    if (exchange !== "none") {
      const gradients = await exampleGradientsOf(evidence, { examples });
      const groups = exchange === "any" ? undefined : tensorNumbers(tensors);
      for (const kept of exchanges({ gradients, weights: values, kept: start.kept, groups })) {
        best = lower(best, await stateOf(kept));
      }
    }
    if (updateScale > 0) {
      const pivots = await pivotsFor(evidence, { examples, dampening });
      const updated = ({ kept }: State) => {
        const change = compensation(pivots, kept, values, dampening);
        return stateOf(
          kept,
          values.map((w, i) => w + updateScale * (change[i] as number)),
        );
      };
      best = best === start ? await updated(start) : lower(await updated(best), await updated(start));
    }
    return {
      masks: withFlatMask(masks, tensors, best.kept),
      weights: withFlat(weights, tensors, best.values),
    };
  },
});

interface State {
  readonly kept: Uint8Array;
  /** With 0 for what goes. */
  readonly values: Float64Array;
  readonly loss: number;
}

/** The one with the lower loss; the first of equals. */
function lower(a: State, b: State): State {
  return b.loss < a.loss ? b : a;
}

/** Of each value, the number of its tensor. */
function tensorNumbers(tensors: readonly ParameterSpec[]): Uint32Array {
  return Uint32Array.from(tensors.flatMap(({ size }, i) => Array.from({ length: size }, () => i)));
}
