import { describe, expect, it } from "vitest";
import { axes } from "../../../src/pruning/method.ts";
import { methodsExplained } from "../../../src/results/report/methods.ts";
import { resultRow } from "../../support/result-rows.ts";

const textOf = (html: string) => html.replace(/<[^>]+>/g, "");

describe("methodsExplained", () => {
  it("says in a sentence what a method does on each axis, and after whom", () => {
    const { text } = methodsExplained([
      resultRow({ method: "mine", criterion: "taylor(examples=500)", allocation: "uniform" }),
    ]);
    expect(textOf(text)).toContain(
      "minescores each weight by taylor(examples=500) (absolute weight times gradient: the change of the loss to first order), " +
        "spreads the budget over the layers by uniform (the same sparsity in every layer), removes units of weight (single weights), " +
        "prunes one-shot (once, to the target), and recovers by finetune (fine-tuning as prune.finetune says, from the weights that are left).",
    );
    expect(text).toContain(
      '<a href="https://arxiv.org/abs/1611.06440" rel="noreferrer">Molchanov et al. 2017',
    );
  });

  it("says to what weights are rounded", () => {
    const of = (quantization: string) => methodsExplained([resultRow({ quantization })]).text;
    expect(textOf(of("none"))).toContain("that are left). After");
    const text = of("symmetric(bits=4 per=channel training=straight-through)");
    expect(textOf(text)).toContain(
      "that are left), and rounds the weights to 4 bits per channel, straight-through. After",
    );
    expect(text).toContain('<a href="https://arxiv.org/abs/1308.3432" rel="noreferrer">Bengio et al. 2013');
  });

  it("says that a target is effective", () => {
    const of = (allocation: string) => methodsExplained([resultRow({ allocation })]).text;
    expect(of("global(floor=count:10)")).not.toContain("effective");
    const text = of("global(floor=count:10 target=effective)");
    expect(textOf(text)).toContain(
      "that are left), until its effective sparsity is the one asked for. After",
    );
    expect(text).toContain(
      '<a href="https://arxiv.org/abs/2107.02306" rel="noreferrer">Vysogorets and Kempe 2021',
    );
  });

  it("names what no registry knows, and nothing more", () => {
    const { text } = methodsExplained([resultRow({ criterion: "<own>" })]);
    expect(text).toContain("scores each weight by <b>&#60;own&#62;</b>, spreads");
  });

  it("finds a paper for every member that was published", () => {
    for (const [axis, registry] of Object.entries(axes)) {
      for (const { name, paper } of registry.list()) {
        if (name === "none") continue;
        expect(paper?.url, `${axis} ${name}`).toMatch(
          /^https:\/\/(?:proceedings\.neurips\.cc\/paper\/.+|arxiv\.org\/abs\/\d{4}\.\d{5}|doi\.org\/10\..+)$/,
        );
        expect(paper?.citation).toMatch(/^[A-Z].* \d{4}, [A-Z]/);
      }
    }
  });
});
