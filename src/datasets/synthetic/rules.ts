import * as z from "zod";
import { friedman1, friedman2, friedman3 } from "./friedman.ts";
import { linear } from "./linear.ts";
import { noise } from "./noise.ts";
import type { Rule } from "./rule.ts";
import { teacher } from "./teacher.ts";

export const rules: readonly Rule[] = [noise, linear, teacher, friedman1, friedman2, friedman3];

/** The config's `targets:` of a synthetic dataset: the name of a rule, and its options. */
export const ruleSchema = z
  .discriminatedUnion("name", [
    noise.options,
    linear.options,
    teacher.options,
    friedman1.options,
    friedman2.options,
    friedman3.options,
  ])
  .describe(
    `How targets follow from inputs. ${rules.map(({ name, summary }) => `${name}: ${summary}`).join(" ")}`,
  );

/** The rule that some options name. */
export function ruleOf({ name }: { readonly name: string }): Rule {
  const rule = rules.find((other) => other.name === name);
  if (rule === undefined) throw new Error(`no rule ${name}`);
  return rule;
}
