import * as z from "zod";

/** A look into zod schemas: what `--set`, error texts, the starter config and the reference page need to know. */

export interface Unwrapped {
  /** The schema without its wrappers. */
  readonly core: z.core.$ZodType;
  /** What an absent value is read as; undefined when there is no default. */
  readonly fallback: unknown;
  readonly required: boolean;
  /** Whether null may stand for it. */
  readonly nullable: boolean;
  /** The outermost description. */
  readonly description: string | undefined;
}

/** Takes off optional, nullable, default, prefault and transformations. */
export function unwrap(schema: z.core.$ZodType): Unwrapped {
  let core = schema;
  let fallback: unknown;
  let required = true;
  let nullable = false;
  let description: string | undefined;
  for (;;) {
    description ??= z.globalRegistry.get(core)?.description;
    if (core instanceof z.ZodDefault || core instanceof z.ZodPrefault) {
      fallback ??= core.def.defaultValue;
      required = false;
      core = core.def.innerType;
    } else if (core instanceof z.ZodOptional) {
      required = false;
      core = core.def.innerType;
    } else if (core instanceof z.ZodNullable) {
      nullable = true;
      core = core.def.innerType;
    } else if (core instanceof z.ZodPipe) {
      core = core.def.in;
    } else {
      return { core, fallback, required, nullable, description };
    }
  }
}

/** The members of a mapping's schema that `value` may be: one, unless it is a union that `value` leaves open. */
export function objectMembers(schema: z.core.$ZodType, value: unknown): z.ZodObject[] {
  const { core } = unwrap(schema);
  if (core instanceof z.ZodObject) return [core];
  if (!(core instanceof z.ZodUnion)) return [];
  const members = core.def.options.flatMap((option) => objectMembers(option, value));
  const fitting = members.filter((member) => hasRequiredKeys(member, value));
  return fitting.length > 0 ? fitting : members;
}

/** Whether `value` has the keys that tell a union's members apart: `name: adam`, or `conv` of a layer. */
function hasRequiredKeys(member: z.ZodObject, value: unknown): boolean {
  return Object.entries(member.shape).every(([key, schema]) => {
    const { core, required } = unwrap(schema);
    const given = ownValue(value, key);
    return !required || (core instanceof z.ZodLiteral ? core.value === given : given !== undefined);
  });
}

/** The schema of one key or list index of `value`; undefined when the schema knows none. */
export function childSchema(
  schema: z.core.$ZodType,
  key: PropertyKey,
  value: unknown,
): z.core.$ZodType | undefined {
  const { core } = unwrap(schema);
  if (core instanceof z.ZodArray) return core.def.element;
  if (core instanceof z.ZodRecord) return core.def.valueType;
  for (const member of objectMembers(schema, value)) {
    const child = ownValue(member.shape, key);
    if (child !== undefined) return child as z.core.$ZodType;
  }
  return undefined;
}

/** The keys that the mapping at `path` of `value` may have. */
export function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[], value: unknown): string[] {
  const [key, ...rest] = path;
  if (key === undefined) {
    return [...new Set(objectMembers(schema, value).flatMap((member) => Object.keys(member.shape)))];
  }
  const child = childSchema(schema, key, value);
  return child === undefined ? [] : keysAt(child, rest, ownValue(value, key));
}

/** Every place of mappings (not of lists) where `key` is known, as dotted paths such as `train.epochs`. */
export function pathsOfKey(schema: z.core.$ZodType, key: string): string[] {
  const paths = objectMembers(schema, undefined).flatMap((member) =>
    Object.entries(member.shape).flatMap(([name, child]) => [
      ...(name === key ? [name] : []),
      ...pathsOfKey(child, key).map((path) => `${name}.${path}`),
    ]),
  );
  return [...new Set(paths)];
}

/** An own property of a mapping or list, never an inherited one. */
export function ownValue(container: unknown, key: PropertyKey): unknown {
  if (container === null || typeof container !== "object" || !Object.hasOwn(container, key)) return undefined;
  return (container as Record<PropertyKey, unknown>)[key];
}
