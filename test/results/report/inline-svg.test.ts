import { describe, expect, it } from "vitest";
import { renderCharts } from "../../../src/charts/rendering/render.ts";
import { inlineSvg } from "../../../src/results/report/inline-svg.ts";
import { exampleStudy } from "../../support/example-study.ts";

/** How often each method's index is on a mark, and the tips. */
async function read(methods: readonly string[]) {
  const [chart] = await renderCharts(exampleStudy({ methods, recovery: "none" }));
  const { text } = inlineSvg(chart?.svg ?? "", { name: "main", description: "A chart", methods });
  const series = [...text.matchAll(/data-series="(\d+)"/g)].map(([, index]) => Number(index));
  const tips = [...text.matchAll(/data-tip="([^"]*)"/g)].map(([, tip]) => tip ?? "");
  return { text, series, tips };
}

describe("inlineSvg", () => {
  it("marks what belongs to which method, and what marks say of themselves", async () => {
    const { series, tips } = await read(["l1-unstructured", "global-magnitude"]);
    // Of each method three points, a line, a band, a label and its symbol.
    expect(series.filter((index) => index === 0)).toHaveLength(7);
    expect(series.filter((index) => index === 1)).toHaveLength(7);
    expect(tips).toContain("l1-unstructured: 0% pruned, 97.80% ±0.25");
    expect(tips).toContain("dense baseline 97.8%");
  });

  it("tells names apart of which one begins like the other, or has markup", async () => {
    const { text, series, tips } = await read(["a", "a: b", `<b> & "c"`]);
    for (const index of [0, 1, 2]) expect(series.filter((found) => found === index)).toHaveLength(7);
    expect(tips.filter((tip) => tip.startsWith("&lt;b&gt; &amp; &quot;c&quot;: "))).toHaveLength(3);
    expect(text).not.toContain("<b>");
  });

  it("is one image, with ids of its own", async () => {
    const { text } = await read(["l1-unstructured"]);
    expect(text).toMatch(/^<svg role="img" aria-label="A chart" viewBox="0 0 \d+ \d+"/);
    expect(text.slice(5)).not.toMatch(/ role="graphics| aria-roledescription=/);
  });

  it("keeps what is seen and rounds it to hundredths", () => {
    const drawn =
      '<svg width="9" height="8"><defs><clipPath id="clip1"></clipPath></defs><g clip-path="url(#clip1)">' +
      '<path class="background" aria-hidden="true" d="M0,0h0v0h0Z" pointer-events="none"/>' +
      '<path class="foreground" aria-hidden="true" d="" display="none"/>' +
      '<path aria-label="a: 0.12345" aria-roledescription="point" transform="translate(0.126,-3.14159)" d="M1.5,0h2"/></g></svg>';
    expect(inlineSvg(drawn, { name: "main", description: "A", methods: ["a"] }).text).toBe(
      '<svg role="img" aria-label="A" viewBox="0 0 9 8" width="9" height="8">' +
        '<defs><clipPath id="main-clip1"></clipPath></defs><g clip-path="url(#main-clip1)">' +
        '<path data-series="0" data-tip="a: 0.12345" transform="translate(0.13,-3.14)" d="M1.5,0h2"/></g></svg>',
    );
  });
});
