import { type Axis, axes, axisSchema, type Chosen, type Method } from "../../src/pruning/method.ts";
import type { Combination } from "./covering.ts";

/** Options that let a training of ten steps and few examples see every kind of event, and units of a few weights each. */
const short: Readonly<Record<string, object>> = {
  movement: { steps: 3, examples: 40 },
  "learned-mask": { steps: 3, examples: 40 },
  l0: { steps: 3, examples: 40 },
  synflow: { rounds: 3 },
  woodfisher: { examples: 20 },
  cbs: { examples: 20 },
  block: { rows: 2, columns: 2 },
  "n-of-m": { n: 2, m: 4 },
  early: { step: 3 },
  iterative: { levels: [0.3] },
  gradual: { every: 4 },
  set: { every: 4 },
  rigl: { every: 4, examples: 20 },
  "sparse-momentum": { every: 4, examples: 20 },
  "ac-dc": { phase: 0.2 },
  rewind: { step: 2 },
  "rewind-learning-rate": { step: 2 },
};

const members = new Map<string, Chosen>(
  (Object.keys(axes) as Axis[]).flatMap((axis) =>
    axes[axis]
      .names()
      .map((name) => [`${axis} ${name}`, axisSchema(axes[axis]).parse({ name, ...short[name] })] as const),
  ),
);

/** The method of these members, all of which do their part within ten steps. */
export function shortMethod(combination: Combination<Axis>): Method {
  const name = Object.values(combination).join(".");
  const member = (axis: Axis) => members.get(`${axis} ${combination[axis]}`) as Chosen;
  return {
    name,
    summary: name,
    criterion: member("criterion"),
    allocation: member("allocation"),
    structure: member("structure"),
    schedule: member("schedule"),
    recovery: member("recovery"),
  };
}
