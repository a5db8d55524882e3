import * as z from "zod";
import { canonicalJson } from "../foundations/hash.ts";
import { quote } from "../foundations/quote.ts";
import type { StudyControl } from "./control.ts";
import { controls, methodControls } from "./controls/registry.ts";
import { type AnyMethod, isConstructed, type Method } from "./method.ts";
import { type MethodOptions, resolveMethod } from "./methods.ts";
import { isNamed } from "./search.ts";

/** The key `prune.controls` of the config: controls of every method of the study that can have them. */
export function controlsSchema() {
  return z
    .array(
      z.enum(controls.names(), {
        error: ({ input }) =>
          typeof input === "string"
            ? `${quote(input)} is not one of ${controls.names().join(", ")}.${controls.suggestion(input)}`
            : undefined,
      }),
    )
    .min(1)
    .refine((list) => new Set(list).size === list.length, "each once.")
    .optional()
    .describe(
      "What the methods are compared with: variants of each, <method>-shuffled and so on, and networks beside all. They are added to prune.methods.",
    );
}

/** What `prune.controls` are about. */
interface Controlled {
  readonly methods: readonly MethodOptions[];
  readonly controls?: readonly string[] | undefined;
}

/** The methods that the controls of a study add, variants of a method one after the other. */
export function controlMethods({
  methods,
  controls: names = [],
}: Controlled): Exclude<MethodOptions, string>[] {
  const chosen = names.map((name) => controls.named(name));
  const variants = methods.map(resolveMethod).flatMap((method) => {
    if (isConstructed(method) || method.control !== undefined) return [];
    const fitting = methodControls().filter((each) => chosen.includes(each) && !each.misfit?.(method));
    return fitting.map(({ name }) => variantOf(method, name));
  });
  const beside = chosen.filter((each): each is StudyControl => each.of === "study");
  return [
    ...variants,
    ...beside.flatMap(({ name, construction }) =>
      construction === undefined ? [] : [{ name, construction }],
    ),
  ];
}

/** The method with a control, as the config would have it. */
function variantOf(method: Method, control: string): Exclude<MethodOptions, string> {
  const variant = { name: `${method.name}-${control}`, ...membersOf(method), control };
  return variant as Exclude<MethodOptions, string>;
}

/** What makes a method what it is, beside its name and the words for it. */
function membersOf(method: Method) {
  const { criterion, allocation, target, structure, schedule, recovery, quantization } = method;
  return {
    criterion,
    allocation,
    ...(target === undefined ? {} : { target }),
    structure,
    schedule,
    ...(recovery === undefined ? {} : { recovery }),
    ...(quantization === undefined ? {} : { quantization }),
  };
}

/** Methods with those of the controls behind them that are not among them. */
export function withControls(controlled: Controlled): MethodOptions[] {
  const { methods } = controlled;
  const added = controlMethods(controlled);
  return [...methods, ...added.filter(({ name }) => !methods.some((method) => isNamed(method, name)))];
}

/** Sparsities with those in front that the controls ask for. */
export function controlledSparsities(
  sparsities: readonly number[],
  names: readonly string[] | undefined = [],
): number[] {
  const asked = names.flatMap((name) => {
    const control = controls.named(name);
    return control.of === "study" && control.sparsity !== undefined ? [control.sparsity] : [];
  });
  return [...asked.filter((sparsity) => !sparsities.includes(sparsity)), ...sparsities];
}

/** A control of the study that some of its methods cannot have, each with why. */
export interface LeftOut {
  readonly control: string;
  readonly methods: readonly { readonly method: string; readonly reason: string }[];
  /** Whether no method has it. */
  readonly everywhere: boolean;
}

/** Which controls some methods lack. */
export function controlsLeftOut({ methods, controls: names = [] }: Controlled): LeftOut[] {
  const own = methods
    .map(resolveMethod)
    .flatMap((method) => (isConstructed(method) || method.control !== undefined ? [] : [method]));
  return methodControls()
    .filter(({ name }) => names.includes(name))
    .flatMap((control) => {
      const without = own.flatMap((method) => {
        const reason = control.misfit?.(method);
        return reason === undefined ? [] : [{ method: method.name, reason }];
      });
      const everywhere = without.length === own.length;
      return everywhere || without.length > 0
        ? [{ control: control.name, methods: without, everywhere }]
        : [];
    });
}

/** Of some methods the one that a control has all members of. */
export function controlledMethod(control: Method, methods: readonly AnyMethod[]): Method | undefined {
  const members = (method: Method) => canonicalJson([membersOf(method), method.layer ?? null]);
  return methods
    .filter((method): method is Method => !isConstructed(method))
    .find((method) => method.control === undefined && members(method) === members(control));
}
