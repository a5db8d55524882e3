import { Html, html } from "./html.ts";

/** Words of the page that a reader may meet for the first time, as patterns and with what they mean. */
const WORDS: readonly { readonly word: string; readonly pattern: RegExp; readonly meaning: string }[] = [
  {
    word: "dense baseline",
    pattern: /dense baselines?/i,
    meaning:
      "The network with all of its weights, as the training left it: nothing pruned, nothing fine-tuned.",
  },
  {
    word: "dense control",
    pattern: /dense control/i,
    meaning:
      "The network of sparsity 0: nothing is pruned, but it is trained on like a network that was pruned in one round. A pruned network is compared with it, so that the additional training does not count as a merit of pruning.",
  },
  {
    word: "sparsity",
    pattern: /sparsity|sparsities/i,
    meaning: "The part of the prunable weights that is removed: at 90%, one weight in ten is left.",
  },
  {
    word: "effective sparsity",
    pattern: /with dead|effective sparsity|on no path/i,
    meaning:
      "The sparsity that also counts kept weights through which nothing flows: they lie on no path of kept weights from an input to an output.",
  },
  {
    word: "compression",
    pattern: /compression/i,
    meaning: "All parameters over those that are left: 10x means that one parameter in ten is left.",
  },
  {
    word: "fine-tuning",
    pattern: /fine-tuning/i,
    meaning: "Training of what is left after pruning; pruned weights stay 0.",
  },
  {
    word: "recovery",
    pattern: /recovery/i,
    meaning: "Whatever training follows pruning, such as fine-tuning, or training again from an early step.",
  },
  {
    word: "constructed",
    pattern: /\bconstructed\b/i,
    meaning:
      "Made by a rule instead of by pruning the trained network: which weights there are follows from the rule, and so does the sparsity.",
  },
  {
    word: "Pareto front",
    pattern: /Pareto front/i,
    meaning: "The networks that no other beats: none is as small and better, or as good and smaller.",
  },
  {
    word: "knee",
    pattern: /\bknee\b/i,
    meaning: "The sparsity from which on a curve falls steeply: before it pruning is cheap, after it dear.",
  },
  {
    word: "seed",
    pattern: /\bseeds?\b/i,
    meaning:
      "A number that decides all chance of a run: initial weights, order of the examples. Several seeds show how much results vary by chance.",
  },
  {
    word: "95% interval",
    pattern: /95% (?:confidence )?(?:interval|band)|± 95%/i,
    meaning:
      "Where the mean over many more seeds is expected: of 100 such intervals about 95 hold it. An interval of a difference that holds 0 shows no difference.",
  },
  {
    word: "collapsed",
    pattern: /collapsed/i,
    meaning:
      "No path of kept weights leads from an input to an output: the network answers the same to everything.",
  },
  {
    word: "diverged",
    pattern: /diverged/i,
    meaning: "A loss or a weight became infinite or undefined in training: the run has no figures.",
  },
];

/** The words that a text of the page uses, each with its meaning. */
export function glossary(text: string): Html {
  const used = WORDS.filter(({ pattern }) => pattern.test(text));
  return html`<details class="glossary"><summary>Words used on this page</summary>
<dl>${used.map(({ word, meaning }) => html`<dt><dfn>${word}</dfn></dt><dd>${meaning}</dd>\n`)}</dl></details>`;
}

/**
 * Marks the first use of each word in a run of sentences: a button that opens its meaning on the spot, without a
 * script. Ids start with `prefix`, and are those of the panels that come back beside the sentences.
 */
export function withDefinitions(
  sentences: readonly string[],
  prefix: string,
): { readonly sentences: readonly Html[]; readonly definitions: Html } {
  const left = new Set(WORDS.keys());
  const opened: number[] = [];
  const marked = sentences.map((sentence) => {
    const first = [...left].flatMap((index) => {
      const match = WORDS[index]?.pattern.exec(sentence);
      return match == null ? [] : [{ index, at: match.index, text: match[0] }];
    });
    first.sort((a, b) => a.at - b.at || b.text.length - a.text.length);
    let end = 0;
    const parts: Html[] = [];
    for (const { index, at, text } of first) {
      // Within another word's place, or a name that happens to hold it.
      if (at < end || /[\w-]$/.test(sentence.slice(0, at)) || /^[\w-]/.test(sentence.slice(at + text.length)))
        continue;
      parts.push(
        html`${sentence.slice(end, at)}<button type="button" class="term" popovertarget="${prefix}word-${index}">${text}</button>`,
      );
      end = at + text.length;
      left.delete(index);
      opened.push(index);
    }
    return html`${parts}${sentence.slice(end)}`;
  });
  const definitions = opened.map((index) => {
    const { word = "", meaning = "" } = WORDS[index] ?? {};
    return html`<div popover id="${prefix}word-${index}" class="meaning"><dfn>${word}</dfn> ${meaning}</div>\n`;
  });
  return { sentences: marked, definitions: new Html(definitions.map(({ text }) => text).join("")) };
}
