import * as z from "zod";
import { defineSchedule } from "../schedule.ts";

/** Everything that goes, goes at once. */
export const oneShot = defineSchedule({
  name: "one-shot",
  summary: "Once, to the target.",
  options: z.strictObject({}),
  levels: (target) => [target],
});
