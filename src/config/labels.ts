import * as z from "zod";
import { chartAxes } from "../charts/labels.ts";
import type { Labels } from "../experiment/options.ts";
import { didYouMean } from "../foundations/suggest.ts";
import { type MethodOptions, methods as registered } from "../pruning/methods.ts";

const labelSchema = z
  .string()
  .max(80)
  .regex(/^\S(?:[^\p{Cc}]*\S)?$/u, "a label is text on one line, without spaces around it.");

export function labelsSchema() {
  return z
    .strictObject({
      methods: z.record(z.string(), labelSchema).optional().describe("A label for each method, by its name."),
      axes: z
        .strictObject(
          Object.fromEntries(
            chartAxes().map(({ name, what }) => [
              name,
              labelSchema.optional().describe(`Title for ${what}.`),
            ]),
          ),
        )
        .optional()
        .describe("Titles of the charts' axes, by what they show."),
    })
    .optional()
    .describe(
      "What methods and axes are called in charts, report and LaTeX. Tables keep the names; labels may change when a folder is continued.",
    );
}

/** What is wrong with the labels of these methods, each with the method that has the label. */
export function labelFaults(
  labels: Labels | undefined,
  methods: readonly MethodOptions[],
): { readonly method: string; readonly message: string }[] {
  const given = Object.entries(labels?.methods ?? {});
  const names = methods.map((method) => (typeof method === "string" ? method : method.name));
  const known = [...new Set([...names, ...registered.names()])];
  const unknown = given
    .filter(([name]) => !known.includes(name))
    .map(([method]) => ({
      method,
      message: `no method of this config.${didYouMean(method, known)} Methods: ${names.join(", ")}.`,
    }));
  const shown = names.map((name) => labels?.methods?.[name] ?? name);
  const shared = names.flatMap((method, i) => {
    const first = shown.indexOf(shown[i] ?? "");
    return first === i || labels?.methods?.[method] === undefined
      ? []
      : [{ method, message: `'${shown[i]}' is what ${names[first]} is called already.` }];
  });
  return [...unknown, ...shared];
}
