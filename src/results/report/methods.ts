import { isConstructedRow } from "../../analysis/dense-control.ts";
import { groupBy } from "../../foundations/group-by.ts";
import type { EntryWithOptions, Paper, Registry } from "../../foundations/registry.ts";
import { igq } from "../../pruning/allocations/igq.ts";
import { constructions } from "../../pruning/constructions/registry.ts";
import { type Axis, axes, isToEffective } from "../../pruning/method.ts";
import { quantizationPaper, quantizationWords } from "../../pruning/quantization/quantization.ts";
import type { ResultRow } from "../../recording/rows.ts";
import { type Html, html } from "./html.ts";

/** What stands before the member of each axis, in the sentence on a method. */
const WORDS: Readonly<Record<Axis, string>> = {
  criterion: "scores each weight by",
  allocation: "spreads the budget over the layers by",
  structure: "removes units of",
  schedule: "prunes",
  recovery: "and recovers by",
};

/** As many as the charts show. */
const MOST_METHODS = 32;

/** A sentence on what each method does, made of what the registries say of its axes, and the papers they name. */
export function methodsExplained(rows: readonly ResultRow[]): Html {
  const methods = [...groupBy(rows, (row) => row.method)].flatMap(([name, of]) => {
    const row = of.find(({ recovery }) => recovery !== "none") ?? of[0];
    return row === undefined ? [] : [{ name, row }];
  });
  const more = methods.length - MOST_METHODS;
  return html`<dl class="explained">${methods.slice(0, MOST_METHODS).map(({ name, row }) => {
    const parts = isConstructedRow(row) ? constructedParts(row) : prunedParts(row);
    const papers = new Map(
      [
        ...parts.map(({ paper }) => paper),
        // The paper of ideal gas quotas has this target too.
        isToEffective(row) ? igq.paper : undefined,
        quantizationPaper(row.quantization),
      ].flatMap((paper) => (paper === undefined ? [] : [[paper.url, paper]])),
    );
    return html`<dt>${name}</dt><dd>${parts.map(
      ({ words, text, summary }, i) => html`${i === 0 ? "" : ", "}${words} <b>${text}</b>${summary}`,
    )}${isToEffective(row) ? ", until its effective sparsity is the one asked for" : ""}${rounded(row)}.${papers.size === 0 ? "" : html` <span class="hint">After ${[...papers.values()].map(source)}.</span>`}</dd>\n`;
  })}</dl>${more > 0 ? html`<p class="hint">And ${more.toLocaleString("en-US")} more.</p>` : ""}`;
}

/** A member in the sentence: what stands before it, its text in the results, and what is registered of it. */
interface Part {
  readonly words: string;
  readonly text: string;
  readonly summary: string;
  readonly paper: Paper | undefined;
}

function prunedParts(row: ResultRow): Part[] {
  return (Object.keys(WORDS) as Axis[]).map((axis) => partOf(WORDS[axis], row[axis], axes[axis]));
}

function constructedParts({ criterion, recovery }: ResultRow): Part[] {
  return [
    partOf("is constructed, and not pruned:", criterion, constructions),
    partOf(WORDS.recovery, recovery, axes.recovery),
  ];
}

/** `text` is a member as results name it, such as `taylor(examples=500)`. */
function partOf(words: string, text: string, registry: Registry<EntryWithOptions>): Part {
  const entry = registry.find(text.replace(/\(.*$/, ""));
  const summary = entry === undefined ? "" : ` (${lowered(entry.summary)})`;
  return { words, text, summary, paper: entry?.paper };
}

function rounded({ quantization }: ResultRow): Html | "" {
  const words = quantizationWords(quantization);
  return words === undefined ? "" : html`, and rounds the weights to <b>${words}</b>`;
}

function source({ citation, url }: Paper, i: number): Html {
  return html`${i === 0 ? "" : "; "}<a href="${url}" rel="noreferrer">${citation}</a>`;
}

/** `Once, to the target.` as a part of a sentence. */
function lowered(summary: string): string {
  const text = summary.replace(/\.$/, "");
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
