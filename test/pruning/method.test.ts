import { describe, expect, test } from "vitest";
import * as z from "zod";
import { type EntryWithOptions, Registry } from "../../src/foundations/registry.ts";
import { constructions } from "../../src/pruning/constructions/registry.ts";
import { axes, axisSchema, chosenIn, chosenText, methodColumns } from "../../src/pruning/method.ts";

const registries: readonly Registry<EntryWithOptions>[] = [...Object.values(axes), constructions];
const members = registries.flatMap((registry) =>
  registry.list().map((member) => ({ kind: registry.kind, name: member.name, member, registry })),
);

describe.each(members)("$kind $name", ({ registry, name, member }) => {
  const schema = axisSchema(registry);

  test("its name alone stands for it with every default", () => {
    expect(schema.parse(name)).toEqual({ name, ...member.options.parse({}) });
    expect(schema.parse(name)).toEqual(schema.parse({ name }));
  });

  test("comes out of the schema again as it went in", () => {
    expect(schema.parse(schema.parse(name))).toEqual(schema.parse(name));
  });

  test("an option that it has not is refused", () => {
    expect(schema.safeParse({ name, unheardOf: 1 }).success).toBe(false);
  });

  test("says of every option what it means", () => {
    for (const option of Object.values(member.options.shape)) {
      expect(z.globalRegistry.get(option)?.description).toMatch(/\.$/);
    }
    expect(member.summary).toMatch(/^[A-Z].*\.$/);
  });
});

/** One with an option that has to be given. */
const needy = new Registry<EntryWithOptions>("criterion", [
  { name: "plain", summary: "None.", options: z.strictObject({}) },
  { name: "power", summary: "One.", options: z.strictObject({ p: z.number() }) },
]);
test("a member with an option that has to be given cannot be meant by its name alone", () => {
  expect(axisSchema(needy).parse("plain")).toEqual({ name: "plain" });
  expect(axisSchema(needy).parse({ name: "power", p: 2 })).toEqual({ name: "power", p: 2 });
  expect(JSON.stringify(axisSchema(needy).safeParse("power").error?.issues)).toContain(
    "power needs options: write { name: power, p: ... }.",
  );
});

test.each([
  ["pwer", "'pwer' is not one of plain, power. Did you mean 'power'?"],
  [undefined, "missing; choose one of plain, power."],
  [3, "a name, or a mapping with a name and options, is needed. Choices: plain, power."],
  [null, "a name, or a mapping with a name and options, is needed. Choices: plain, power."],
])("%j is refused with the choices", (value, text) => {
  expect(axisSchema(needy).safeParse(value).error?.issues[0]?.message).toBe(text);
});

test("what is registered later is in the schemas made later", () => {
  const registry = new Registry<EntryWithOptions>("criterion", needy.list());
  registry.add({ name: "late", summary: "Late.", options: z.strictObject({}) }, "plugin");
  expect(axisSchema(registry).parse("late")).toEqual({ name: "late" });
});

test("results name a member by its name, and by its options where it has some", () => {
  expect(chosenText({ name: "magnitude" })).toBe("magnitude");
  expect(chosenText({ name: "taylor", examples: 500 })).toBe("taylor(examples=500)");
  expect(chosenText({ name: "rewind", step: 0, optimizer: "fresh" })).toBe("rewind(step=0 optimizer=fresh)");
  expect(chosenText({ name: "global", floor: { count: 10, fraction: 0.01 } })).toBe(
    "global(floor=count:10/fraction:0.01)",
  );
});

test("an effective target stands with the allocation, which it changes; a direct one is what others have", () => {
  const method = {
    ...{ name: "mine", summary: "Mine.", criterion: { name: "magnitude" }, allocation: { name: "global" } },
    ...{ structure: { name: "weight" }, schedule: { name: "one-shot" } },
  };
  expect(methodColumns({ ...method, target: "effective" }).allocation).toBe("global(target=effective)");
  expect(methodColumns({ ...method, target: "direct" })).toEqual(methodColumns(method));
});

test.each([
  { name: "magnitude" },
  { name: "taylor", examples: 500 },
  { name: "rewind", step: 0, optimizer: "fresh" },
])("and is found in that again: $name", ({ name, ...options }) => {
  const expected = Object.entries(options).map(([key, value]) => [key, String(value)]);
  expect(chosenIn(chosenText({ name, ...options }))).toEqual({
    name,
    options: new Map(expected as [string, string][]),
  });
});
