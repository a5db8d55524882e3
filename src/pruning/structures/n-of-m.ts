import * as z from "zod";
import { inputError } from "../../foundations/errors.ts";
import { matrixShape } from "../../network/parameters.ts";
import { sizeOf } from "../../network/shapes.ts";
import { defineStructure } from "../structure.ts";
import { pruneLowest, roundHalfToEven } from "../top-k.ts";

/**
 * n of every m weights in a row of inputs stay, those with the highest scores (Zhou et al. 2021; 2:4 is what sparse tensor
 * cores take, Mishra et al. 2021). The inputs of a convolution follow one another with the channel first, then the column
 * and the row of the kernel, as a convolution becomes a matrix product there.
 *
 * Where inputs are no multiple of m, the last ones of each row are a group of their own, and lose their share of what goes. They
 * keep n at most, so with zeros behind the row the pattern holds. Of a bias, single values.
 *
 * Between two patterns, on the way to one, some groups have lost one more than the others: those whose next weight scores
 * lowest.
 */
export const nOfM = defineStructure({
  name: "n-of-m",
  summary: "N:M sparsity, as 2:4: so many of every m weights of a neuron or filter stay.",
  paper: {
    citation: "Zhou et al. 2021, Learning N:M fine-grained structured sparse neural networks from scratch",
    url: "https://arxiv.org/abs/2102.04010",
  },
  options: z.strictObject({
    n: z
      .int()
      .min(1)
      .optional()
      .describe(
        "How many of every m stay: 2 for 2:4. The sparsity is then 1 - n/m. Default: as many as the sparsity says, which is a multiple of 1/m.",
      ),
    m: z.int().min(2).max(128).default(4).describe("Weights that follow one another, of which n stay."),
  }),
  sparsities: ({ n, m }) => {
    if (n === undefined) return Array.from({ length: m + 1 }, (_, gone) => gone / m);
    if (n < m) return [0, (m - n) / m];
    throw inputError(`The structure n-of-m keeps n of every m weights, and n: ${n} is not below m: ${m}.`);
  },
  units: () => undefined,
  select: (scores, count, { shape }, { m }) => {
    if (shape.length === 1) return pruneLowest(scores, count);
    const { rows, columns } = matrixShape(shape);
    const order = channelsFirst(shape);
    const rest = columns % m;
    const whole = columns - rest;
    const restCount = roundHalfToEven((count * rest) / columns);
    const mask = new Uint8Array(scores.length).fill(1);
    /** The flat index of a place in the order of the inputs, through all rows of which a part is looked at. */
    const placesIn = (from: number, width: number) => (place: number) =>
      Math.floor(place / width) * columns + (order[from + (place % width)] as number);
    pruneEvenly({ scores, mask, places: rows * whole, at: placesIn(0, whole), group: m }, count - restCount);
    pruneEvenly({ scores, mask, places: rows * rest, at: placesIn(whole, rest), group: rest }, restCount);
    return mask;
  },
});

/** The columns of a row, [in, height, width], in the order in which they stand for N:M: channel, then width, then height. */
function channelsFirst([, channels = 1, ...kernel]: readonly number[]): Int32Array {
  const positions = sizeOf(kernel);
  return Int32Array.from(
    { length: channels * positions },
    (_, i) => (i % channels) * positions + Math.floor(i / channels),
  );
}

interface Places {
  readonly scores: Float32Array;
  readonly mask: Uint8Array;
  /** How many there are: a multiple of the size of a group. */
  readonly places: number;
  /** The flat index of one. */
  readonly at: (place: number) => number;
  readonly group: number;
}

/** Prunes so many in all, of each group the lowest: as many in each, but for one more in those whose next one is lowest. */
function pruneEvenly({ scores, mask, places, at, group }: Places, count: number): void {
  if (places === 0) return;
  const groups = places / group;
  const each = Math.floor(count / groups);
  const next = new Int32Array(groups);
  const members = new Int32Array(group);
  for (let i = 0; i < groups; i++) {
    for (let j = 0; j < group; j++) insert(members, j, at(i * group + j), scores);
    for (let j = 0; j < each; j++) mask[members[j] as number] = 0;
    next[i] = members[each] ?? 0;
  }
  const over = count - each * groups;
  if (over === 0) return;
  const stays = pruneLowest(
    Float32Array.from(next, (member) => scores[member] as number),
    over,
  );
  for (let i = 0; i < groups; i++) if (stays[i] === 0) mask[next[i] as number] = 0;
}

/** Puts a value behind those of so many sorted ones that are no higher: groups are small, and there are many of them. */
function insert(members: Int32Array, count: number, member: number, scores: Float32Array): void {
  const score = scores[member] as number;
  let place = count;
  while (place > 0 && isHigher(scores[members[place - 1] as number] as number, score)) {
    members[place] = members[place - 1] as number;
    place--;
  }
  members[place] = member;
}

/** NaN counts as the highest score, as everywhere. */
function isHigher(a: number, b: number): boolean {
  return a > b || (Number.isNaN(a) && !Number.isNaN(b));
}
