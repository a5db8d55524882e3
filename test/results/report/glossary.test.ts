import { describe, expect, it } from "vitest";
import { glossary, withDefinitions } from "../../../src/results/report/glossary.ts";

describe("withDefinitions", () => {
  it("marks the first use of each word, and brings its meaning", () => {
    const { sentences, definitions } = withDefinitions(
      ["It stays near the dense control with 3 seeds.", "The dense control of <b>."],
      "p-",
    );
    expect(sentences[0]?.text).toMatch(
      /^It stays near the <button type="button" class="term" popovertarget="p-word-\d+">dense control<\/button> with 3 <button [^>]*>seeds<\/button>\.$/,
    );
    expect(sentences[1]?.text).toBe("The dense control of &#60;b&#62;.");
    expect(definitions.text.match(/<div popover id="p-word-\d+"/g)).toHaveLength(2);
  });

  it("leaves names that hold a word", () => {
    const [{ text } = { text: "" }] = withDefinitions(["my-seeds of seeds-run is best."], "").sentences;
    expect(text).toBe("my-seeds of seeds-run is best.");
  });
});

describe("glossary", () => {
  it("has the words that a text uses, and no others", () => {
    const { text } = glossary("A Pareto front of 3 seeds");
    expect([...text.matchAll(/<dfn>([^<]*)/g)].map(([, word]) => word)).toEqual(["Pareto front", "seed"]);
  });
});
