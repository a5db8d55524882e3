import { Registry } from "../../foundations/registry.ts";
import type { AnyCriterion } from "../criterion.ts";
import { cbs } from "./cbs.ts";
import { fisher } from "./fisher.ts";
import { gradient } from "./gradient.ts";
import { grasp } from "./grasp.ts";
import { l0 } from "./l0.ts";
import { learnedMask } from "./learned-mask.ts";
import { magnitude } from "./magnitude.ts";
import { magnitudeIncrease } from "./magnitude-increase.ts";
import { movement } from "./movement.ts";
import { optimalBrainDamage } from "./optimal-brain-damage.ts";
import { random } from "./random.ts";
import { synflow } from "./synflow.ts";
import { taylor } from "./taylor.ts";
import { wanda } from "./wanda.ts";
import { woodfisher } from "./woodfisher.ts";

export const criteria = new Registry<AnyCriterion>(
  "criterion",
  [
    magnitude,
    random,
    gradient,
    taylor,
    fisher,
    optimalBrainDamage,
    woodfisher,
    cbs,
    wanda,
    grasp,
    synflow,
    magnitudeIncrease,
    movement,
    learnedMask,
    l0,
  ],
  {
    l1: "magnitude",
    abs: "magnitude",
    weight: "magnitude",
    grad: "gradient",
    snip: "taylor",
    firstorder: "taylor",
    hessian: "optimal-brain-damage",
    obd: "optimal-brain-damage",
    obs: "woodfisher",
    optimalbrainsurgeon: "woodfisher",
    combinatorialbrainsurgeon: "cbs",
    secondorder: "fisher",
    hessiangradient: "grasp",
    supermask: "learned-mask",
    hardconcrete: "l0",
  },
);
