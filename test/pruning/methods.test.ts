import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type EntryWithOptions, type Registry, shortCitation } from "../../src/foundations/registry.ts";
import { linearBridge } from "../../src/pruning/constructions/linear-bridge.ts";
import { constructions } from "../../src/pruning/constructions/registry.ts";
import { zero } from "../../src/pruning/constructions/zero.ts";
import { axes, axisSchema, chosenText, methodColumns } from "../../src/pruning/method.ts";
import { methodSchema, methods, resolveMethod } from "../../src/pruning/methods.ts";
import { problemsOf } from "../config/fixtures.ts";

const parse = (value: unknown) => methodSchema().parse(value);

describe.each(methods.list())("$name", (method) => {
  test("is meant by its name alone", () => {
    expect(resolveMethod(parse(method.name))).toBe(method);
  });

  test("has members that are registered, with every default", () => {
    for (const [axis, registry] of Object.entries(axes)) {
      const member = method[axis as keyof typeof axes];
      if (member !== undefined) expect(axisSchema(registry).parse(member)).toEqual(member);
    }
  });
});

test("no two names stand for the same method", () => {
  const points = methods
    .list()
    .map(({ name: _, summary: __, paper: ___, ...point }) => JSON.stringify(point));
  expect(new Set(points).size).toBe(points.length);
});

describe("a combination of the axes", () => {
  const least = { name: "mine", criterion: "magnitude", allocation: "global" };

  test("is of single weights, at once, with the recovery of prune.finetune, unless it says more", () => {
    expect(resolveMethod(parse(least))).toEqual({
      name: "mine",
      summary: "Criterion magnitude, allocation global.",
      criterion: { name: "magnitude" },
      allocation: { name: "global" },
      structure: { name: "weight" },
      schedule: { name: "one-shot" },
    });
  });

  test("takes every member of every axis by its name, and each with each", () => {
    for (const [axis, registry] of Object.entries(axes)) {
      for (const member of registry.names()) {
        const method = parse({ ...least, [axis]: member });
        expect(method).toMatchObject({ name: "mine", [axis]: axisSchema(registry).parse(member) });
      }
    }
  });

  test("takes options, and fills in the others", () => {
    expect(
      parse({
        name: "mine",
        criterion: { name: "taylor", examples: 20 },
        allocation: { name: "global" },
        structure: "neuron",
        schedule: { name: "iterative", fraction: 0.5 },
        recovery: { name: "rewind", step: 100 },
      }),
    ).toEqual({
      name: "mine",
      criterion: { name: "taylor", examples: 20 },
      allocation: { name: "global" },
      structure: { name: "neuron" },
      schedule: { name: "iterative", fraction: 0.5 },
      recovery: { name: "rewind", step: 100, optimizer: "fresh" },
    });
  });

  test("rounds the weights to 8 bits per tensor after the recovery where quantization says no more", () => {
    expect(parse({ ...least, quantization: {} })).toMatchObject({
      quantization: { bits: 8, per: "tensor", training: "none" },
    });
    expect(parse(least)).not.toHaveProperty("quantization");
  });

  test("comes out again as it went in once more", () => {
    for (const recovery of [undefined, "rewind"]) {
      const method = parse({ ...least, criterion: "wanda", schedule: "gradual", recovery });
      expect(parse(method)).toEqual(method);
    }
  });
});

describe("a construction", () => {
  test("stands in place of the axes, with every default, and may have a recovery", () => {
    expect(parse({ name: "mine", construction: "linear-bridge", recovery: "none" })).toEqual({
      name: "mine",
      construction: { name: "linear-bridge", ...linearBridge.options.parse({}) },
      recovery: { name: "none" },
    });
  });

  test("is resolved with the words of its registry", () => {
    const method = resolveMethod(parse({ name: "mine", construction: "zero" }));
    expect(method).toEqual({ name: "mine", construction: { name: "zero" }, summary: zero.summary });
    expect(methodColumns(method)).toEqual({
      criterion: "zero",
      allocation: "constructed",
      structure: "weight",
      schedule: "one-shot",
    });
  });
});

/** What the config says of one method, without the place in the file. */
async function problemsWith(method: string): Promise<string[]> {
  const config = `dataset: { name: mnist }\nmodel: { name: mlp }\nprune: { methods: [${method}] }\n`;
  return (await problemsOf(config)).map((problem) => problem.replace("case.yaml:3: prune.methods.0", ""));
}

describe("what is wrong with a method is said of the very field, with the choices", () => {
  const choices = (axis: keyof typeof axes) => axes[axis].names().join(", ");
  const method = (rest: string) => `{ name: x, criterion: magnitude, allocation: global, ${rest} }`;
  const combinationKeys =
    "Keys here: name, criterion, allocation, target, structure, schedule, recovery, quantization, control.";
  const whole = "a name, or a mapping with a name and options, is needed.";

  test.each([
    [
      "l1-unstructred",
      `: 'l1-unstructred' is not one of ${methods.names().join(", ")}. Did you mean 'l1-unstructured'?`,
    ],
    [
      "3",
      `: a name, or a mapping with name, criterion and allocation, or with name and construction, is needed. Choices: ${methods.names().join(", ")}.`,
    ],
    [
      "{ name: x, criterion: magnitde, allocation: global }",
      `.criterion: 'magnitde' is not one of ${choices("criterion")}. Did you mean 'magnitude'?`,
    ],
    [
      "{ name: x, criterion: { name: tayler }, allocation: global }",
      `.criterion.name: 'tayler' is not one of ${choices("criterion")}. Did you mean 'taylor'?`,
    ],
    [
      "{ name: x, criterion: { examples: 5 }, allocation: global }",
      `.criterion.name: missing; choose one of ${choices("criterion")}.`,
    ],
    [
      "{ name: x, criterion: { name: taylor, examples: 0 }, allocation: global }",
      ".criterion.examples: 0 is too small: at least 1.",
    ],
    [
      "{ name: x, criterion: { name: magnitude, examples: 5 }, allocation: global }",
      ".criterion.examples: unknown key. Keys here: name.",
    ],
    [
      method("target: efective"),
      ".target: 'efective' is not one of direct, effective. Did you mean 'effective'?",
    ],
    [
      "{ name: x, criterion: magnitude, allocation: { name: global, floor: {} } }",
      ".allocation.floor: a floor is a count, a fraction or both: write { count: 10 } or { fraction: 0.01 }.",
    ],
    [
      "{ name: x, criterion: magnitude, allocation: { name: uniform, floor: { count: 5 } } }",
      ".allocation.floor: unknown key. Keys here: name.",
    ],
    ["{ name: x, criterion: magnitude }", `.allocation: missing; choose one of ${choices("allocation")}.`],
    [
      "{ name: x, criterion: magnitude, allocation: [global] }",
      `.allocation: ${whole} Choices: ${choices("allocation")}.`,
    ],
    [
      method("structure: neurn"),
      `.structure: 'neurn' is not one of ${choices("structure")}. Did you mean 'neuron'?`,
    ],
    [method("schedule: { name: iterative, fraction: 2 }"), ".schedule.fraction: 2 is too large: below 1."],
    [
      method("schedule: { name: iterative, fraction: 0 }"),
      ".schedule.fraction: 0 is too small: at least 0.01.",
    ],
    [method("schedule: { name: iterative, fraction: half }"), ".schedule.fraction: 'half' is not a number."],
    [
      method("schedule: { name: gradual, evry: 3 }"),
      ".schedule.evry: unknown key. Did you mean 'every'? Keys here: name, from, to, every.",
    ],
    [method("recovery: { name: rewind, step: -1 }"), ".recovery.step: -1 is too small: at least 0."],
    [
      method("recovery: { name: rewind, optimizer: old }"),
      ".recovery.optimizer: 'old' is not one of fresh, rewound.",
    ],
    [method("quantization: { bits: 9 }"), ".quantization.bits: 9 is too large: at most 8."],
    [method("quantization: { bits: 1 }"), ".quantization.bits: 1 is too small: at least 2."],
    [method("quantization: { per: row }"), ".quantization.per: 'row' is not one of tensor, channel."],
    [
      method("quantization: { bit: 4 }"),
      ".quantization.bit: unknown key. Did you mean 'bits'? Keys here: bits, per, training.",
    ],
    [method("recovery: null"), `.recovery: ${whole} Choices: ${choices("recovery")}.`],
    [
      "linear-bridge",
      `: 'linear-bridge' is not one of ${methods.names().join(", ")}. 'linear-bridge' is a construction: write { name: my-linear-bridge, construction: linear-bridge }.`,
    ],
    [
      "bernoulli",
      `: 'bernoulli' is not one of ${methods.names().join(", ")}. 'bernoulli' is a kind of allocation: write { name: my-bernoulli, criterion: random, allocation: bernoulli }, or take one that has it: random-bernoulli.`,
    ],
    [
      "{ name: x, construction: linear-brige }",
      `.construction: 'linear-brige' is not one of ${constructions.names().join(", ")}. Did you mean 'linear-bridge'?`,
    ],
    [
      "{ name: x, construction: { name: linear-bridge, eps: 0 } }",
      ".construction.eps: 0 is too small: above 0.",
    ],
    [
      "{ name: x, construction: zero, criterion: magnitude }",
      ".criterion: unknown key. Keys here: name, construction, recovery, quantization.",
    ],
    [method("shedule: iterative"), `.shedule: unknown key. Did you mean 'schedule'? ${combinationKeys}`],
    [
      "{ name: global-magnitude, criterion: magnitude, allocation: global }",
      ".name: 'global-magnitude' is a method already: write just its name, or choose another.",
    ],
  ])("%s", async (written, message) => {
    expect(await problemsWith(written)).toEqual([message]);
  });

  test("several things at once are said one by one", async () => {
    expect(await problemsWith("{ name: x, criterion: { name: fisher, examples: x } }")).toEqual([
      ".criterion.examples: 'x' is not a number.",
      `.allocation: missing; choose one of ${choices("allocation")}.`,
    ]);
  });

  test.each(["a/b", "..", "-x"])("'%s' cannot name a method", async (name) => {
    expect(await problemsWith(`{ name: ${name}, criterion: magnitude, allocation: global }`)).toEqual([
      `.name: '${name}' cannot name a method: letters, digits, '.', '_' and '-', starting with a letter or a digit.`,
    ]);
  });
});

describe("docs/pruning.md", () => {
  const page = readFileSync(new URL("../../docs/pruning.md", import.meta.url), "utf8");

  /** The rows of the table under a heading, as cells without their code marks. */
  const table = (heading: string) => {
    const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
    const rows = section.split("\n").filter((line) => line.startsWith("| "));
    return rows.slice(1).map((row) =>
      row
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll("`", "")),
    );
  };

  const tables: readonly (readonly [string, Registry<EntryWithOptions>])[] = [
    ["Criteria", axes.criterion],
    ["Allocations", axes.allocation],
    ["Structures", axes.structure],
    ["Schedules", axes.schedule],
    ["Recoveries", axes.recovery],
    ["Constructions", constructions],
  ];

  test.each(tables)("lists all %s with their options and defaults, and no others", (heading, registry) => {
    expect(table(heading)).toEqual(
      registry.list().map(({ name, summary, options, paper }) => {
        const defaults = Object.entries(options.parse({})).map(([key, value]) => `${key}: ${value}`);
        const cited = paper && `[${shortCitation(paper)}](${paper.url})`;
        return [name, summary, defaults.join(", "), cited ?? ""];
      }),
    );
  });

  test("lists every method with its members, and no other", () => {
    expect(table("Methods")).toEqual(
      methods
        .list()
        .map(({ name, criterion, allocation, structure, schedule, recovery, summary, paper }) => [
          name,
          ...[criterion, allocation, structure, schedule].map(chosenText),
          recovery === undefined ? "" : chosenText(recovery),
          summary,
          paper === undefined ? "no paper" : `[${shortCitation(paper)}](${paper.url})`,
        ]),
    );
  });
});
