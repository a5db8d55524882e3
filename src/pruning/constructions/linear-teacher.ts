import * as z from "zod";
import { readsTokens } from "../../network/specification.ts";
import { defineConstruction } from "../construction.ts";
import { teacherNetwork, teacherOptions, teacherTraining } from "../teacher.ts";

/** The linear model itself, in a row of its own: what a network made from it is held against. */
export const linearTeacher = defineConstruction({
  name: "linear-teacher",
  summary: "The linear model that linear-bridge is made from: a network of its own, with nothing pruned.",
  options: z.strictObject(teacherOptions),
  misfit: ({ spec }) => (readsTokens(spec) ? "a linear model of texts has no inputs to weigh" : undefined),
  teacher: teacherTraining,
  network: teacherNetwork,
  masks: () => new Map(),
  values: ({ teacher }) => teacher,
});
