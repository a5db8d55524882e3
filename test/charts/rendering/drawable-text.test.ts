import { describe, expect, it } from "vitest";
import { chartsOf } from "../../../src/charts/registry.ts";
import { guarded, printable, unguarded } from "../../../src/charts/rendering/drawable-text.ts";
import { rasterize } from "../../../src/charts/rendering/rasterize.ts";
import { type RenderedChart, renderCharts } from "../../../src/charts/rendering/render.ts";
import { everyChartStudy, exampleStudy } from "../../support/example-study.ts";

/** Names of what objects have from birth, and others that a careless program would run, split or drop. */
const inherited = Object.getOwnPropertyNames(Object.prototype);
const hostile = [
  "",
  " ",
  "null",
  "NaN",
  "1e5",
  `<b onclick="x">&amp;</b>`,
  `it's "quoted"`,
  "back\\slash",
  "datum.method",
  "'] || true || ['",
  `\${1 + 1}`,
  "../../etc/passwd",
  "a|b",
  "tab\tand\nline",
  "bell\u0007 and null\u0000",
  "lone \ud800 surrogate",
  "%u",
];

describe("charts of methods with hostile names", () => {
  it.each([
    ["what every object has", inherited],
    ["markup, quotes, paths and expressions", hostile],
  ])(
    "draws all of them: %s",
    async (_, methods) => {
      const study = everyChartStudy({ methods, sparsities: [0, 0.9], seeds: [0, 1] });
      const drawn = await renderCharts(study);
      expect(drawn.map(({ chart }) => chart.name)).toEqual(chartsOf(study).map(({ name }) => name));
      for (const { svg } of drawn) {
        // Refuses what is not well-formed XML.
        expect((await rasterize(svg)).length).toBeGreaterThan(1000);
        expect(svg).not.toMatch(/\uFDD0|NaN%|undefined/);
      }
      const [main] = drawn;
      for (const method of methods.filter((name) => /^\w+$/.test(name))) {
        expect(main?.svg).toContain(`>${method}</text>`);
      }
    },
    120_000,
  );

  it.each(inherited)("draws a study of one method: %s", async (method) => {
    const study = exampleStudy({ methods: [method], seeds: [0] });
    // All charts are drawn above.
    const drawn = ({ chart }: Pick<RenderedChart, "chart">) =>
      chart.name === "accuracy-vs-sparsity" ? undefined : "";
    const [main] = await renderCharts(study, { drawn });
    expect(main?.svg).toContain(`>${method}</text>`);
  });

  it("has the names as they are in the specification", async () => {
    const [main] = await renderCharts(exampleStudy({ methods: ["constructor"] }));
    expect(JSON.stringify(main?.spec)).toContain('"constructor"');
  });
});

describe("printable", () => {
  it("has a symbol for each control character, and leaves the rest", () => {
    expect(printable("a\u0000b\u001b\t\n\u007f\u{1f600}ü")).toBe("a\u2400b\u241b\t\n\u007f\u{1f600}ü");
    expect(printable("\ud800\uffff")).toBe("\ufffd\ufffd");
  });
});

describe("guarded", () => {
  it("is undone by unguarded, and changes no other value", () => {
    const value = { a: ["toString", "text", 1, null, true], b: { constructor: "x" }, when: new Date(0) };
    expect(guarded(value)).not.toEqual(value);
    expect(JSON.parse(unguarded(JSON.stringify(guarded(value))))).toEqual(JSON.parse(JSON.stringify(value)));
    expect(guarded(value).when).toEqual(new Date(0));
  });
});
