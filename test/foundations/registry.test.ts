import { expect, test } from "vitest";
import * as z from "zod";
import { PruneLabError } from "../../src/foundations/errors.ts";
import { type EntryWithOptions, optionsSchema, Registry } from "../../src/foundations/registry.ts";

const circle = {
  name: "circle",
  summary: "Round.",
  options: z.strictObject({ radius: z.number().default(1) }),
};
const square = { name: "square", summary: "With corners.", options: z.strictObject({ side: z.number() }) };
const shapes = () => new Registry<EntryWithOptions>("shape", [circle, square]);

test("lists its members in order and finds them by name", () => {
  const registry = shapes();
  expect(registry.list()).toEqual([circle, square]);
  expect(registry.names()).toEqual(["circle", "square"]);
  expect(registry.find("square")).toBe(square);
  expect(registry.named("square")).toBe(square);
  expect(registry.find("Square")).toBeUndefined();
});

test("a name that nothing has is told with the nearest and the choices", () => {
  const registry = shapes();
  expect(() => registry.named("sqare")).toThrow(PruneLabError);
  expect(() => registry.named("sqare")).toThrow(
    /^'sqare' is no shape\. Did you mean 'square'\? Choices: circle, square\.$/,
  );
  expect(registry.unknown("hexagon")).toBe("'hexagon' is no shape. Choices: circle, square.");
});

test("what is added comes last, with its origin", () => {
  const registry = shapes();
  const dot = { name: "dot", summary: "Small.", options: z.strictObject({}) };
  registry.add(dot, "plugin 1a2b");
  expect(registry.list()).toEqual([circle, square, dot]);
  expect(registry.named("dot")).toBe(dot);
  expect(registry.originOf("dot")).toBe("plugin 1a2b");
  expect(registry.originOf("circle")).toBeUndefined();
  expect(registry.originOf("hexagon")).toBeUndefined();
});

test("adding to one registry leaves the list it was made from alone", () => {
  const builtIn = [circle];
  new Registry<EntryWithOptions>("shape", builtIn).add(square, "plugin");
  expect(builtIn).toEqual([circle]);
});

test.each(["circle", "Circle", "CIRCLE"])("%s is taken: file systems may not tell cases apart", (name) => {
  const registry = shapes();
  const add = () => registry.add({ ...circle, name }, "plugin");
  expect(add).toThrow(PruneLabError);
  expect(add).toThrow("There is a shape named 'circle' already.");
  expect(registry.names()).toEqual(["circle", "square"]);
});

test.each(["", "a/b", "..", ".hidden", "-x", "a b", "é"])("'%s' cannot be a name", (name) => {
  const add = () => shapes().add({ ...circle, name }, "plugin");
  expect(add).toThrow(PruneLabError);
  expect(add).toThrow(
    `'${name}' cannot name a shape: letters, digits, '.', '_' and '-', starting with a letter or a digit.`,
  );
});

test("the schema takes { name, ...options } of what is registered, and fills in defaults", () => {
  const schema = optionsSchema(shapes());
  expect(schema.parse({ name: "circle" })).toEqual({ name: "circle", radius: 1 });
  expect(schema.parse({ name: "square", side: 2 })).toEqual({ name: "square", side: 2 });
  expect(schema.safeParse({ name: "square" }).success).toBe(false);
  expect(schema.safeParse({ name: "circle", side: 2 }).success).toBe(false);
});

test("the schema is made from what is registered at the moment", () => {
  const registry = shapes();
  const dot = { name: "dot", summary: "Small.", options: z.strictObject({}) };
  const before = optionsSchema(registry);
  registry.add(dot, "plugin");
  expect(before.safeParse({ name: "dot" }).success).toBe(false);
  expect(optionsSchema(registry).parse({ name: "dot" })).toEqual({ name: "dot" });
});

test("no schema is made of nothing", () => {
  expect(() => optionsSchema(new Registry<EntryWithOptions>("shape", []))).toThrow("no shape is registered");
});
