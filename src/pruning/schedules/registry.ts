import { Registry } from "../../foundations/registry.ts";
import type { Schedule } from "../schedule.ts";
import { acDc } from "./ac-dc.ts";
import { early } from "./early.ts";
import { gradual } from "./gradual.ts";
import { iterative } from "./iterative.ts";
import { oneShot } from "./one-shot.ts";
import { rigl } from "./rigl.ts";
import { set } from "./set.ts";
import { sparseMomentum } from "./sparse-momentum.ts";

export const schedules = new Registry<Schedule>(
  "schedule",
  [oneShot, early, iterative, gradual, set, rigl, sparseMomentum, acDc],
  {
    once: "one-shot",
    initialization: "early",
    atinit: "early",
    static: "early",
    imp: "iterative",
    agp: "gradual",
    cubic: "gradual",
    snfs: "sparse-momentum",
    regrowth: "rigl",
  },
);
