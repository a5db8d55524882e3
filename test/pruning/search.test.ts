import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { configSchema } from "../../src/config/schema.ts";
import { withSearched } from "../../src/pruning/search.ts";
import { problemsOf } from "../config/fixtures.ts";

const config = (prune: object) => ({
  name: "study",
  dataset: { name: "mnist" },
  model: { name: "mlp" },
  prune,
});
const names = (prune: object) =>
  configSchema()
    .parse(config(prune))
    .prune.methods.map((method) => (typeof method === "string" ? method : method.name));

describe("a search", () => {
  test("adds a method for each of its choices", () => {
    const search = { match: ["macs"], shapes: ["even", "last-wider"], efforts: ["compute"] };
    expect(names({ methods: ["global-magnitude"], search })).toEqual([
      "global-magnitude",
      "narrower-macs-even-compute",
      "narrower-macs-last-wider-compute",
    ]);
    expect(names({ methods: ["global-magnitude"], search: {} })).toEqual([
      "global-magnitude",
      "narrower-parameters-even-epochs",
      "narrower-parameters-even-compute",
    ]);
  });

  test("adds nothing a second time: a config that was written out means the same", () => {
    const once = configSchema().parse(config({ search: {} }));
    expect(configSchema().parse(once)).toEqual(once);
    expect(withSearched(once.prune.methods, once.prune.search)).toEqual(once.prune.methods);
  });

  test("is no part of a config without one", () => {
    expect(configSchema().parse(config({})).prune).not.toHaveProperty("search");
  });

  test("can have labels for its methods", () => {
    const labels = { methods: { "narrower-parameters-even-epochs": "Scratch-E" } };
    expect(configSchema().safeParse({ ...config({ search: {} }), labels }).success).toBe(true);
    expect(configSchema().safeParse({ ...config({}), labels }).success).toBe(false);
  });
});

test.each([
  [
    "{ shapes: [evn] }",
    "prune.search.shapes.0: 'evn' is not one of even, first-wider, last-wider. Did you mean 'even'?",
  ],
  ["{ shapes: [even, even] }", "prune.search.shapes: each once."],
  ["{ efforts: [] }", "prune.search.efforts: the list is empty."],
])("%s is refused", async (search, problem) => {
  const text = `dataset: { name: mnist }\nmodel: { name: mlp }\nprune: { search: ${search} }\n`;
  expect(await problemsOf(text)).toEqual([`case.yaml:3: ${problem}`]);
});

test("a method of one's own under a name of the search's is refused", async () => {
  const own = "{ name: narrower-parameters-even-epochs, construction: zero }";
  const text = `dataset: { name: mnist }\nmodel: { name: mlp }\nprune: { methods: [${own}], search: {} }\n`;
  expect(await problemsOf(text)).toEqual([
    "case.yaml:3: prune.methods.0.name: prune.search calls one of its networks so: choose another name.",
  ]);
});

test("the example of docs/pruning.md adds what the page says", async () => {
  const page = await readFile(new URL("../../docs/pruning.md", import.meta.url), "utf8");
  expect(page).toContain(
    "search: { match: [parameters], shapes: [even, last-wider], efforts: [epochs, compute] }",
  );
  const search = { match: ["parameters"], shapes: ["even", "last-wider"], efforts: ["epochs", "compute"] };
  expect(names({ methods: ["global-magnitude"], search })).toHaveLength(1 + 4);
  expect(page).toContain("adds `narrower-parameters-even-epochs` and three more");
});
