import { Registry } from "../../foundations/registry.ts";
import type { AnyCriterion } from "../criterion.ts";
import { fisher } from "./fisher.ts";
import { gradient } from "./gradient.ts";
import { magnitude } from "./magnitude.ts";
import { magnitudeIncrease } from "./magnitude-increase.ts";
import { random } from "./random.ts";
import { synflow } from "./synflow.ts";
import { taylor } from "./taylor.ts";
import { wanda } from "./wanda.ts";

export const criteria = new Registry<AnyCriterion>(
  "criterion",
  [magnitude, random, gradient, taylor, fisher, wanda, synflow, magnitudeIncrease],
  {
    l1: "magnitude",
    abs: "magnitude",
    weight: "magnitude",
    grad: "gradient",
    snip: "taylor",
    firstorder: "taylor",
    hessian: "fisher",
    obd: "fisher",
    secondorder: "fisher",
    movement: "magnitude-increase",
  },
);
