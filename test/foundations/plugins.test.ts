import { symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { inputError } from "../../src/foundations/errors.ts";
import { sha256 } from "../../src/foundations/hash.ts";
import type { PluginKind } from "../../src/foundations/plugin-member.ts";
import { loadedPlugins, loadPlugin } from "../../src/foundations/plugins.ts";
import { type EntryWithOptions, Registry } from "../../src/foundations/registry.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

interface Shape extends EntryWithOptions {
  area?(options: object): unknown;
  readonly faces?: { readonly count?: () => unknown };
}

const folder = await temporaryFolder();
const square: Shape = { name: "square", summary: "With corners.", options: z.strictObject({}) };

function shapes(changes: Partial<PluginKind> = {}) {
  const registry = new Registry<Shape>("shape", [square]);
  const kind: PluginKind = {
    registry,
    fields: {
      options: z.custom((value) => value instanceof z.ZodObject, "expected a zod object").optional(),
      area: z.custom((value) => typeof value === "function", "expected a function"),
      faces: z.strictObject({ count: z.any() }).optional(),
    },
    results: { area: (result) => (typeof result === "number" ? undefined : "a number") },
    ...changes,
  };
  return { registry, kinds: { shapes: kind } };
}

let files = 0;
async function write(code: string, name = `plugin-${++files}.mjs`): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, code);
  return file;
}

const load = (file: string, { kinds } = shapes(), tools: object = {}) => loadPlugin(file, kinds, { tools });
const circle = (rest = "area: () => 3") => `{ name: "circle", summary: "Round.", ${rest} }`;

describe("a plugin is", () => {
  test.each([
    ["a mapping", "export default { shapes: [ENTRY] };"],
    ["a function", "export default () => ({ shapes: [ENTRY] });"],
    ["a function that takes its time", "export default async () => ({ shapes: [ENTRY] });"],
    ["a CommonJS module", "module.exports = { shapes: [ENTRY] };", ".cjs"],
  ])("%s", async (_what, code, extension = ".mjs") => {
    const content = code.replace("ENTRY", circle());
    const file = await write(content, `is-${++files}${extension}`);
    const { registry, kinds } = shapes();
    const plugin = await load(file, { registry, kinds });
    expect(plugin).toEqual({ file, sha256: sha256(content), members: ["shape circle"] });
    expect(loadedPlugins()).toContain(plugin);
    expect(registry.names()).toEqual(["square", "circle"]);
    expect(registry.originOf("circle")).toBe(sha256(content));
    expect(registry.named("circle").area?.({})).toBe(3);
    expect(registry.named("circle").options.parse({})).toEqual({});
  });

  test("called with the tools", async () => {
    const { registry, kinds } = shapes();
    const code = `export default ({ pi }) => ({ shapes: [${circle("area: () => pi")}] });`;
    await load(await write(code), { registry, kinds }, { pi: 3.14 });
    expect(registry.named("circle").area?.({})).toBe(3.14);
  });

  test("loaded once, however often and by whatever name it is given", async () => {
    const { registry, kinds } = shapes();
    const file = await write(`export default { shapes: [${circle()}] };`);
    const link = path.join(folder, "link.mjs");
    await symlink(file, link);
    const relative = path.relative(process.cwd(), file);
    const plugins = await Promise.all(
      [file, file, link, relative].map((given) => load(given, { registry, kinds })),
    );
    expect(new Set(plugins).size).toBe(1);
    expect(registry.names()).toEqual(["square", "circle"]);
  });

  test("allowed keys that are somebody else's concern", async () => {
    const { registry, kinds } = shapes();
    const file = await write(`export default { shapes: [${circle()}], sounds: [{}] };`);
    const { members } = await loadPlugin(file, kinds, { tools: {}, elsewhere: ["sounds"] });
    expect(members).toEqual(["shape circle"]);
    expect(registry.names()).toEqual(["square", "circle"]);
  });

  test("first in the registry where its kind says so, behind those before it", async () => {
    const { registry, kinds } = shapes({ place: "first" });
    const entry = (name: string) => circle().replace("circle", name);
    await load(await write(`export default { shapes: [${entry("a")}, ${entry("b")}] };`), {
      registry,
      kinds,
    });
    await load(await write(`export default { shapes: [${entry("c")}] };`), { registry, kinds });
    expect(registry.names()).toEqual(["a", "b", "c", "square"]);
  });
});

const HAS = "A shape has name, summary, options?, area, faces?, paper?.";
const EXPECTED =
  "its default export must be a mapping, or a function that gives one, with lists under shapes.";

describe("what is no plugin is an error, and nothing is registered", () => {
  test.each([
    ["throw new Error('first\\nsecond');", "FILE cannot be loaded: first"],
    ["export default () => { throw 7; };", "FILE cannot be loaded: 7"],
    ["import './nowhere.mjs';", /^FILE cannot be loaded: Cannot find module/],
    ["export const shapes = [];", `FILE: ${EXPECTED}`],
    ["export default [];", `FILE: ${EXPECTED}`],
    ["export default () => null;", `FILE: ${EXPECTED}`],
    ["export default {};", `FILE brings nothing: ${EXPECTED}`],
    ["export default { shapes: [] };", `FILE brings nothing: ${EXPECTED}`],
    [
      "export default { shape: [] };",
      "FILE: 'shape' is nothing that a plugin brings. Did you mean 'shapes'? Keys: shapes.",
    ],
    ["export default { shapes: {} };", "FILE: shapes must be a list of entries."],
    ["export default { shapes: [7] };", `FILE: shapes[0]: expected object, received number. ${HAS}`],
    [`export default { shapes: [${circle("")}] };`, `FILE: shapes[0].area: expected a function. ${HAS}`],
    [
      `export default { shapes: [${circle("area: 3")}] };`,
      `FILE: shapes[0].area: expected a function. ${HAS}`,
    ],
    [
      `export default { shapes: [${circle()}, { name: "dot", area() {} }] };`,
      `FILE: shapes[1].summary: expected a text. ${HAS}`,
    ],
    [
      `export default { shapes: [${circle("area() {}, options: { size: 3 }")}] };`,
      `FILE: shapes[0].options: expected a zod object. ${HAS}`,
    ],
    [
      `export default { shapes: [${circle("area() {}, aera: 3")}] };`,
      `FILE: shapes[0]: Unrecognized key: "aera". ${HAS}`,
    ],
    [
      `export default { shapes: [${circle().replace("circle", "a/b")}] };`,
      "FILE: 'a/b' cannot name a shape: letters, digits, '.', '_' and '-', starting with a letter or a digit.",
    ],
    [
      `export default { shapes: [${circle()}, ${circle().replace("circle", "Square")}] };`,
      "FILE: There is a shape named 'square' already.",
    ],
    [
      `export default { shapes: [${circle()}, ${circle().replace("circle", "Circle")}] };`,
      "FILE brings a shape named 'Circle' twice.",
    ],
  ])("%s", async (code, message) => {
    const { registry, kinds } = shapes();
    const file = await write(code);
    const error = await load(file, { registry, kinds }).catch((error) => error);
    expect(error).toMatchObject({ name: "PruneLabError", kind: "input" });
    const told = error.message.replaceAll(file, "FILE");
    if (typeof message === "string") expect(told).toBe(message);
    else expect(told).toMatch(message);
    expect(registry.names()).toEqual(["square"]);
    expect(loadedPlugins().map((plugin) => plugin.file)).not.toContain(file);
  });

  test("a file that is not there", async () => {
    const file = path.join(folder, "nowhere.mjs");
    await expect(load(file)).rejects.toMatchObject({
      kind: "input",
      message: `The plugin ${file} cannot be read (ENOENT).`,
    });
  });

  test("a name that another plugin brought is told with its file", async () => {
    const { registry, kinds } = shapes();
    const first = await write(`export default { shapes: [${circle()}] }; // one`);
    const second = await write(`export default { shapes: [${circle()}] }; // another`);
    await load(first, { registry, kinds });
    await expect(load(second, { registry, kinds })).rejects.toThrow(
      `${second}: There is a shape named 'circle' already. It comes from ${first}.`,
    );
  });

  test("a file that is mended loads", async () => {
    const { registry, kinds } = shapes();
    const file = await write("export default { shapes: 7 };");
    await expect(load(file, { registry, kinds })).rejects.toMatchObject({ kind: "input" });
    await writeFile(file, `export default { shapes: [${circle()}] };`);
    expect((await load(file, { registry, kinds })).members).toEqual(["shape circle"]);
  });

  test("a file that changed after it was loaded", async () => {
    const { registry, kinds } = shapes();
    const file = await write(`export default { shapes: [${circle()}] };`);
    await load(file, { registry, kinds });
    await writeFile(file, `export default { shapes: [${circle("area: () => 4")}] };`);
    await expect(load(file, { registry, kinds })).rejects.toMatchObject({
      kind: "input",
      message: `${file} changed after it was loaded, and what it brings may be in use.`,
      hint: "Start the program again.",
    });
    expect(registry.named("circle").area?.({})).toBe(3);
  });
});

describe("a function of a member", () => {
  async function member(entry: string): Promise<Shape> {
    const { registry, kinds } = shapes();
    const tools = { inputError };
    const code = `export default ({ inputError }) => ({ shapes: [${circle(entry)}] });`;
    await load(await write(code, `member-${++files}.mjs`), { registry, kinds }, tools);
    return registry.named("circle");
  }
  const failure = (field: string, reason: string) => ({
    name: "PruneLabError",
    kind: "failure",
    message: `The shape circle of member-${files}.mjs fails in ${field}: ${reason}`,
  });
  const thrownBy = (work: () => unknown) => {
    try {
      return work();
    } catch (error) {
      return error;
    }
  };

  test("that throws is named, with the cause", async () => {
    const { area } = await member("area: () => { throw new TypeError('flat\\nvery'); }");
    const error = thrownBy(() => area?.({}));
    expect(error).toMatchObject({ ...failure("area", "flat"), cause: expect.any(TypeError) });
  });

  test("that rejects is named", async () => {
    const { area } = await member("area: async () => { throw new Error('flat'); }");
    await expect(area?.({})).rejects.toMatchObject(failure("area", "flat"));
  });

  test("that gives something else is named, with what was expected", async () => {
    const { area } = await member("area: () => 'much'");
    expect(thrownBy(() => area?.({}))).toMatchObject(failure("area", "it has to give a number."));
    const later = await member("area: async () => 'much'");
    await expect(later.area?.({})).rejects.toMatchObject(failure("area", "it has to give a number."));
  });

  test("in a mapping is named by its place", async () => {
    const { faces } = await member("area: () => 3, faces: { count() { throw new Error('none'); } }");
    expect(thrownBy(() => faces?.count?.())).toMatchObject(failure("faces.count", "none"));
  });

  test("that tells the user what is wrong is left to do so", async () => {
    const { area } = await member("area: () => { throw inputError('Too large.', { hint: 'Less.' }); }");
    const error = thrownBy(() => area?.({}));
    expect(error).toMatchObject({ kind: "input", message: "Too large.", hint: "Less." });
  });

  test("is called as a method of what the plugin gave", async () => {
    const { area } = await member("area() { return this.name.length; }");
    expect(area?.({})).toBe(6);
  });
});
