import { describe, expect, test } from "vitest";
import { configSchema } from "../../src/config/schema.ts";
import { controlledMethod, controlsLeftOut, withControls } from "../../src/pruning/controlled.ts";
import { methodControls } from "../../src/pruning/controls/registry.ts";
import { isConstructed, type Method } from "../../src/pruning/method.ts";
import { methods, resolveMethod } from "../../src/pruning/methods.ts";
import { problemsOf } from "../config/fixtures.ts";

const config = (prune: object) => ({
  name: "study",
  dataset: { name: "mnist" },
  model: { name: "mlp" },
  prune,
});
const parsed = (prune: object) => configSchema().parse(config(prune));
const names = (prune: object) =>
  parsed(prune).prune.methods.map((method) => (typeof method === "string" ? method : method.name));

describe("prune.controls", () => {
  test("adds the controls of each method, then the networks beside all", () => {
    const methods = ["global-magnitude", "random-global"];
    expect(names({ methods, controls: ["narrower-macs", "shuffled", "random"] })).toEqual([
      ...methods,
      "global-magnitude-random",
      "global-magnitude-shuffled",
      // Random already: there is nothing to lose by chance.
      "random-global-shuffled",
      "narrower-macs",
    ]);
  });

  test("dense adds sparsity 0 where it is not listed", () => {
    expect(parsed({ sparsities: [0.9], controls: ["dense"] }).prune.sparsities).toEqual([0, 0.9]);
    expect(parsed({ sparsities: [0.9, 0], controls: ["dense"] }).prune.sparsities).toEqual([0.9, 0]);
  });

  test("adds nothing a second time: a config that was written out means the same", () => {
    const once = parsed({ methods: ["taylor", "rigl"], controls: ["corrupted", "shuffled", "dense"] });
    expect(configSchema().parse(once)).toEqual(once);
    expect(withControls(once.prune)).toEqual(once.prune.methods);
  });

  test("is no part of a config without any", () => {
    expect(parsed({}).prune).not.toHaveProperty("controls");
  });

  test("says which methods lack one, and why", () => {
    expect(controlsLeftOut({ methods: ["global-magnitude", "taylor"], controls: ["corrupted"] })).toEqual([
      {
        control: "corrupted",
        methods: [{ method: "global-magnitude", reason: "its criterion, magnitude, looks at no examples" }],
        everywhere: false,
      },
    ]);
  });
});

test("a control knows the method that it is one of by its members", () => {
  const { prune } = parsed({
    methods: [...methods.names()],
    controls: methodControls().map(({ name }) => name),
  });
  const all = prune.methods.map(resolveMethod);
  const variants = all.filter(
    (method): method is Method => !isConstructed(method) && method.control !== undefined,
  );
  expect(variants.length).toBeGreaterThan(3 * methods.names().length);
  for (const variant of variants) {
    const { name = "" } = controlledMethod(variant, all) ?? {};
    expect(variant.name).toBe(`${name}-${variant.control}`);
  }
});

test.each([
  [
    "controls: [shufled]",
    "prune.controls.0: 'shufled' is not one of dense, unpruned, random, shuffled, inverted, corrupted, reinitialized, narrower-parameters, narrower-macs. Did you mean 'shuffled'?",
  ],
  ["controls: [dense, dense]", "prune.controls: each once."],
  [
    "methods: [global-magnitude], controls: [corrupted]",
    "prune.controls.0: no method of the study can have the control corrupted (global-magnitude: its criterion, magnitude, looks at no examples).",
  ],
  [
    "methods: [{ name: bridge, construction: zero }], controls: [shuffled]",
    "prune.controls.0: no method of the study can have the control shuffled.",
  ],
  [
    "methods: [{ name: mine, criterion: magnitude, allocation: global, control: corrupted }]",
    "prune.methods.0.control: no method can be corrupted if its criterion, magnitude, looks at no examples. Leave control out.",
  ],
  [
    "methods: [global-magnitude, { name: global-magnitude-shuffled, criterion: random, allocation: global }], controls: [shuffled]",
    "prune.methods.1.name: prune.controls calls one of its networks so: choose another name.",
  ],
])("%s is refused", async (keys, problem) => {
  const text = `dataset: { name: mnist }\nmodel: { name: mlp }\nprune: { ${keys} }\n`;
  expect(await problemsOf(text)).toEqual([`case.yaml:3: ${problem}`]);
});
