import * as z from "zod";
import type { Masks } from "../../network/mask.ts";
import type { ParameterSpec } from "../../network/parameters.ts";
import {
  type Choice,
  defineCriterion,
  type Evidence,
  type Gathered,
  magnitudesOf,
  scoreEach,
} from "../criterion.ts";
import {
  exampleGradientsOf,
  flat,
  flatMask,
  pivotsFor,
  withFlat,
  withFlatMask,
} from "../second-order/evidence.ts";
import type { ExampleGradients } from "../second-order/example-gradients.ts";
import { exchanges } from "../second-order/exchange.ts";
import { compensation } from "../second-order/least-squares.ts";
import { surgeonOptions } from "./options.ts";

/**
 * Which weights go together is chosen for all of them at once (Yu et al. 2022): from the smallest ones on, by exchanges
 * that lower the change of the loss to second order, (1/N) |sum of g w over what goes|^2 / 2, in which weights cancel one
 * another. Of the states that the search comes through, the one with the lowest loss counts. The weights that are kept
 * then make up for all that go by least squares. Left out of the paper's method: its choice among random perturbations
 * of what the search starts from.
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
  revise: async (evidence, choice, { examples, dampening, updateScale }) => {
    const { tensors, weights } = evidence;
    const masks = await exchanged(evidence, choice, await exampleGradientsOf(evidence, { examples }));
    if (updateScale === 0) return { masks, weights };
    const values = flat(tensors, weights);
    const pivots = await pivotsFor(evidence, { examples, dampening });
    const change = compensation(pivots, flatMask(tensors, masks), values, dampening);
    const updated = values.map((w, i) => w + updateScale * (change[i] as number));
    return { masks, weights: withFlat(weights, tensors, updated) };
  },
});

/** Rounds without a lower loss after which the search ends. */
const PATIENCE = 5;

/** The masks with the lowest loss, of those that the search comes through. */
async function exchanged(
  { tensors, weights, objective }: Evidence & Pick<Gathered, "objective">,
  { masks, exchange }: Choice,
  gradients: ExampleGradients,
): Promise<Masks> {
  if (exchange === "none") return masks;
  const values = flat(tensors, weights);
  const lossOf = (kept: Uint8Array) =>
    objective.loss(
      withFlat(
        weights,
        tensors,
        values.map((w, i) => (kept[i] === 1 ? w : 0)),
      ),
    );
  const kept = flatMask(tensors, masks);
  let best = { kept, loss: await lossOf(kept) };
  let since = 0;
  const groups = exchange === "any" ? undefined : tensorNumbers(tensors);
  for (const next of exchanges({ gradients, weights: values, kept, groups })) {
    const loss = await lossOf(next);
    since++;
    if (loss < best.loss) {
      best = { kept: next, loss };
      since = 0;
    }
    if (since === PATIENCE) break;
  }
  return withFlatMask(masks, tensors, best.kept);
}

/** Of each value, the number of its tensor. */
function tensorNumbers(tensors: readonly ParameterSpec[]): Uint32Array {
  return Uint32Array.from(tensors.flatMap(({ size }, i) => Array.from({ length: size }, () => i)));
}
