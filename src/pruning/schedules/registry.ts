import { Registry } from "../../foundations/registry.ts";
import type { Schedule } from "../schedule.ts";
import { gradual } from "./gradual.ts";
import { iterative } from "./iterative.ts";
import { oneShot } from "./one-shot.ts";

export const schedules = new Registry<Schedule>("schedule", [oneShot, iterative, gradual], {
  once: "one-shot",
  imp: "iterative",
  agp: "gradual",
  cubic: "gradual",
});
