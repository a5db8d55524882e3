import * as z from "zod";
import { quote } from "../foundations/quote.ts";
import { type EntryWithOptions, optionsSchema, type Paper, type Registry } from "../foundations/registry.ts";
import { allocations } from "./allocations/registry.ts";
import { criteria } from "./criteria/registry.ts";
import type { Quantization } from "./quantization/quantization.ts";
import { recoveries } from "./recoveries/registry.ts";
import { schedules } from "./schedules/registry.ts";
import { structures } from "./structures/registry.ts";

/** A member of one axis, with its options. */
export interface Chosen {
  readonly name: string;
  readonly [option: string]: unknown;
}

/** The axes of pruning, each with its members. */
export const axes = {
  criterion: criteria,
  allocation: allocations,
  structure: structures,
  schedule: schedules,
  recovery: recoveries,
} as const;

export type Axis = keyof typeof axes;

/** A pruning method: a name for a point on the axes. */
export interface Method extends Readonly<Record<Exclude<Axis, "recovery">, Chosen>> {
  readonly name: string;
  readonly summary: string;
  /** Where it was published, of those that have a name in the field. */
  readonly paper?: Paper;
  /** Undefined: fine-tuning as `prune.finetune` says, if at all. */
  readonly recovery?: Chosen | undefined;
  /** How the weights that are left are rounded; undefined: not at all. */
  readonly quantization?: Quantization | undefined;
  /** What its sparsities are: of the values that it prunes, or `effective`, of those that are pruned or dead. Undefined: direct. */
  readonly target?: Target | undefined;
  /** Which control of the method with the same members it is; undefined: none. */
  readonly control?: string | undefined;
  /** The only layer that it prunes, such as `fc1`; undefined: every layer that may be pruned. */
  readonly layer?: string | undefined;
}

/** What a sparsity that is asked for counts. */
export const targets = ["direct", "effective"] as const;

export type Target = (typeof targets)[number];

/** A method that makes a network instead of ranking the weights of a trained one. */
export interface ConstructedMethod {
  readonly name: string;
  readonly summary: string;
  readonly construction: Chosen;
  /** As a method's. */
  readonly recovery?: Chosen | undefined;
  readonly quantization?: Quantization | undefined;
}

/** What a config lists under `prune.methods`. */
export type AnyMethod = Method | ConstructedMethod;

export function isConstructed(method: AnyMethod): method is ConstructedMethod {
  return "construction" in method;
}

/** In the column `allocation` of results, where the criterion is a construction. */
export const CONSTRUCTED = "constructed";

/** What of a method has columns in the results, as they have it. */
export function methodColumns(method: AnyMethod) {
  if (isConstructed(method)) {
    return {
      criterion: chosenText(method.construction),
      allocation: CONSTRUCTED,
      structure: "weight",
      schedule: "one-shot",
    };
  }
  return {
    criterion: chosenText(method.criterion),
    allocation: chosenText({
      ...method.allocation,
      ...(method.target === "effective" ? { target: method.target } : {}),
    }),
    structure: chosenText(method.structure),
    schedule: chosenText(method.schedule),
  };
}

/** `taylor`, or with options `taylor(examples=500)`, `global(floor=count:10/fraction:0.01)`: how results name a member. */
export function chosenText({ name, ...options }: Chosen): string {
  const entries = Object.entries(options).map(([key, value]) => `${key}=${optionText(value)}`);
  return entries.length === 0 ? name : `${name}(${entries.join(" ")})`;
}

function optionText(value: unknown): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return String(value);
  return Object.entries(value)
    .map(([key, inner]) => `${key}:${inner}`)
    .join("/");
}

/** What such a text names, its options as texts. */
export function chosenIn(text: string): {
  readonly name: string;
  readonly options: ReadonlyMap<string, string>;
} {
  const [, name = text, list = ""] = /^([^(]+)\((.*)\)$/.exec(text) ?? [];
  const entries = list.split(" ").flatMap((entry): [string, string][] => {
    const [key = "", ...value] = entry.split("=");
    return key === "" ? [] : [[key, value.join("=")]];
  });
  return { name, options: new Map(entries) };
}

/** Whether the sparsities of a method are effective ones, by the allocation as results name it. */
export function isToEffective({ allocation }: { readonly allocation: string }): boolean {
  return chosenIn(allocation).options.get("target") === "effective";
}

/**
 * The schema of one axis in the config: `{ name, ...options }`, or the name alone where every option has a default.
 * Either way comes out whole, with every default.
 */
export function axisSchema(registry: Registry<EntryWithOptions>): z.ZodType<Chosen, string | Chosen> {
  const whole = optionsSchema(registry) as unknown as z.ZodType<Chosen, Chosen>;
  const byName = z.enum(registry.names()).transform((name, context): Chosen => {
    const { data, error } = whole.safeParse({ name });
    if (error === undefined) return data;
    const needed = error.issues.map(({ path }) => `, ${path.join(".")}: ...`).join("");
    context.addIssue({ code: "custom", message: `${name} needs options: write { name: ${name}${needed} }.` });
    return z.NEVER;
  });
  // Of a mapping, the config tells what is wrong inside.
  return z.union([byName, whole], {
    error: ({ input }) => {
      const choices = registry.names().join(", ");
      if (input === undefined) return `missing; choose one of ${choices}.`;
      if (typeof input === "string")
        return `${quote(input)} is not one of ${choices}.${registry.suggestion(input)}`;
      return `a name, or a mapping with a name and options, is needed. Choices: ${choices}.`;
    },
  });
}
