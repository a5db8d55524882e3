import { baselineHealth, type FailedNetwork } from "../../analysis/baseline-health.ts";
import type { GuessOf } from "../../analysis/constant-guesses.ts";
import { isControlRow } from "../../analysis/control-comparisons.ts";
import { largestNonInferiorSparsity, seedValues } from "../../analysis/curve-summaries.ts";
import { isConstructedRow } from "../../analysis/dense-control.ts";
import { isOneUntrainedNetwork } from "../../analysis/one-network.ts";
import { meanInterval } from "../../analysis/statistics/mean-interval.ts";
import { pairedDifferences, scaleOf, shownValues } from "../../analysis/statistics/seed-values.ts";
import { upperQuantile } from "../../analysis/statistics/student-t.ts";
import { count, percent } from "../../charts/parts/titles.ts";
import { groupBy } from "../../foundations/group-by.ts";
import { advantage, differenceScale } from "../../metrics/difference.ts";
import type { Metric } from "../../metrics/metric.ts";
import { figureOf, primaryMetric } from "../../metrics/registry.ts";
import { differenceText, improves } from "../../metrics/words.ts";
import { methods } from "../../pruning/methods.ts";
import type { Manifest } from "../../recording/manifest.ts";
import type { HistoryRow, ResultRow } from "../../recording/rows.ts";
import { listed } from "./parts.ts";

/** Something that the results ask for, and the command that does it. */
export interface NextStep {
  readonly why: string;
  readonly command: string;
}

export interface StudyTables {
  readonly results: readonly ResultRow[];
  readonly history: readonly HistoryRow[];
  /** What a guess that ignores the input reaches. */
  readonly guessOf: GuessOf;
}

/** More seeds than this nobody runs for one question. */
const MOST_SEEDS = 50;
/** A last epoch that gives less than this part of the metric's margin is not worth more epochs. */
const WORTHWHILE = 0.2;

/** What to try next of what is studied, and not of its controls, computed from the results; nothing without the settings that a folder records. */
export function nextSteps(tables: StudyTables, manifest: Manifest | undefined): NextStep[] {
  if (manifest === undefined) return [];
  const { failed, sound } = baselineHealth(tables.results, tables.guessOf);
  const metric = primaryMetric(sound);
  const isWhole = !sound.some(isConstructedRow);
  const results = sound.filter((row) => !isConstructedRow(row) && !isControlRow(row));
  const study = { ...tables, results, isWhole, metric, settings: manifest.settings };
  return [
    ...lowerRate(failed, manifest.settings),
    ...moreSeeds(study),
    ...higherSparsities(study),
    ...afterCollapse(study),
    ...moreEpochs(study),
  ];
}

/** The rows of what is pruned. */
interface Study extends StudyTables {
  /** Whether no network was constructed. */
  readonly isWhole: boolean;
  readonly metric: Metric;
  readonly settings: unknown;
}

/** `prune-lab sweep --config config.yaml --set 'seeds=[0, 1]' --out .` */
function command(setting: string, value: string, out: string): string {
  return `prune-lab sweep --config config.yaml --set '${setting}=${value}' --out ${out}`;
}

/** A network that learned nothing, or lost it again: most often its steps were too large. */
function lowerRate(failed: readonly FailedNetwork[], settings: unknown): NextStep[] {
  const steps = [
    {
      network: "baseline",
      keys: ["train", "optimizer", "learningRate"],
      why: "The dense network did not learn: most often its steps are too large. Train it with a tenth of the learning rate.",
      out: "../lower-learning-rate",
    },
    {
      network: "control",
      keys: ["prune", "finetune", "optimizer", "learningRate"],
      why: "The dense network lost in recovery what it had learned: most often its steps are too large. Fine-tune with a tenth of the learning rate.",
      out: "../gentler-fine-tuning",
    },
  ];
  return steps.flatMap(({ network, keys, why, out }) => {
    const rate = numberAt(settings, keys);
    if (rate === undefined || !failed.some((one) => one.network === network)) return [];
    return [{ why, command: command(keys.join("."), String(Number((rate / 10).toPrecision(6))), out) }];
  });
}

/** Where the mean drop is small, but the seeds cannot rule out a large one: how many could. */
function moreSeeds({ results, metric }: Study): NextStep[] {
  if (isOneUntrainedNetwork(results)) return [];
  const { margin } = metric.difference;
  const doubts = [...groupBy(results, (row) => row.method)].flatMap(([method, rows]) => {
    const limit = largestNonInferiorSparsity(rows, metric);
    const control = rows.filter((row) => row.target_sparsity === 0);
    const next = rows.reduce(
      (least, row) =>
        row.target_sparsity > (limit ?? 1) && row.target_sparsity < least ? row.target_sparsity : least,
      Number.POSITIVE_INFINITY,
    );
    const at = rows.filter((row) => row.target_sparsity === next);
    if (limit === undefined || at.length === 0) return [];
    const scale = scaleOf(metric, shownValues(control, metric));
    const drop = meanInterval(pairedDifferences(seedValues(control, scale), seedValues(at, scale)));
    if (drop.mean === null || drop.mean >= margin) return [];
    return [{ method, sparsity: next, seeds: seedsNeeded(drop.mean, drop.std, margin) }];
  });
  const [worst] = doubts.toSorted((a, b) => b.seeds - a.seeds);
  const seeds = [...new Set(results.map((row) => row.seed))];
  if (worst === undefined || worst.seeds <= seeds.length) return [];
  const small = `${worst.method} at ${percent(worst.sparsity)} is within ${differenceText(metric, margin)} of the dense control on average, which ${count(seeds.length, "seed")} cannot show for certain`;
  if (worst.seeds > MOST_SEEDS) {
    return [
      {
        why: `${small}. As much as the seeds vary, more than ${MOST_SEEDS} would be needed; longer training or a larger test set may make them vary less.`,
        command: command("seeds", JSON.stringify(extended(seeds, 10)), "."),
      },
    ];
  }
  return [
    {
      why: `${small}. If the next seeds vary as much, ${worst.seeds} seeds can.`,
      command: command("seeds", JSON.stringify(extended(seeds, worst.seeds)), "."),
    },
  ];
}

/** So many that the one-sided 95% bound of a drop lies below the margin. One seed says nothing of the deviation. */
function seedsNeeded(mean: number, std: number | null, margin: number): number {
  if (std === null) return 3;
  for (let n = 2; n <= MOST_SEEDS; n++) {
    if (mean + (upperQuantile(0.05, n - 1) * std) / Math.sqrt(n) < margin) return n;
  }
  return MOST_SEEDS + 1;
}

/** The seeds, and the smallest that are not among them, up to a number. */
function extended(seeds: readonly number[], most: number): number[] {
  const all = [...seeds];
  for (let seed = 0; all.length < most; seed++) if (!all.includes(seed)) all.push(seed);
  return all;
}

/** A curve that is as good at its end as at its start has not shown where it falls, if it does. */
function higherSparsities({ results, metric }: Study): NextStep[] {
  const sparsities = [...new Set(results.map((row) => row.target_sparsity))].sort((a, b) => a - b);
  const last = sparsities.filter((sparsity) => sparsity < 1).at(-1);
  if (last === undefined || last === 0) return [];
  const flat = [...groupBy(results, (row) => row.method)]
    .filter(([, rows]) => largestNonInferiorSparsity(rows, metric) === last)
    .map(([method]) => method);
  if (flat.length === 0) return [];
  const beyond = [2, 5, 10].map((part) => Number((1 - (1 - last) / part).toPrecision(6)));
  return [
    {
      why: `${listed(flat)} ${flat.length === 1 ? "is" : "are"} still within ${differenceText(metric, metric.difference.margin)} of the dense control at ${percent(last)}, the highest sparsity: what it loses, it loses beyond.`,
      command: command(
        "prune.sparsities",
        JSON.stringify([...new Set([...sparsities, ...beyond])].sort((a, b) => a - b)),
        ".",
      ),
    },
  ];
}

/** The same sparsity everywhere empties a small layer; one ranking over all layers, or sparing the layer, does not. */
function afterCollapse({ results, isWhole }: Study): NextStep[] {
  const collapsed = results.filter(
    (row) => row.status === "collapsed" && row.target_sparsity < 1 && row.allocation === "uniform",
  );
  const [first] = collapsed;
  if (first === undefined) return [];
  const names = [...new Set(collapsed.map((row) => row.method))];
  const lowest = collapsed.reduce((least, row) => Math.min(least, row.target_sparsity), 1);
  const why = `${listed(names)} leave${names.length === 1 ? "s" : ""} no path from the inputs to the outputs at ${percent(lowest)}: with the same sparsity in every layer a small layer loses all that matters.`;
  const globals = results.some(
    (row) =>
      row.allocation === "global" && row.criterion === first.criterion && row.structure === first.structure,
  );
  // A method of the config's own cannot be written by its name.
  const named = [...new Set(results.map((row) => row.method))];
  const writable = isWhole && named.every((name) => methods.find(name) !== undefined);
  return [
    globals || !writable
      ? {
          why: `${why} Spare the output layer.`,
          command: command("prune.exclude", "[output]", "../output-spared"),
        }
      : {
          why: `${why} Rank the weights of all layers together.`,
          command: command(
            "prune.methods",
            `[${named.join(", ")}, {name: ${first.method}-over-all-layers, criterion: ${first.criterion.replace(/\(.*/, "")}, allocation: global${first.structure === "weight" ? "" : `, structure: ${first.structure.replace(/\(.*/, "")}`}}]`,
            ".",
          ),
        },
  ];
}

/** Where the last epoch of fine-tuning still gave something in every seed, more epochs may give more. */
function moreEpochs({ history, results, metric, settings }: Study): NextStep[] {
  const figure = metric.history.validation ?? metric.history.training;
  const epochs = numberAt(settings, ["prune", "finetune", "epochs"]);
  // The first epoch always gives most: of one alone nothing follows.
  if (figure === undefined || epochs === undefined || epochs < 2) return [];
  const finetuned = new Set(results.filter(trainsAsFinetune).map((row) => row.method));
  const runs = groupBy(
    history.filter((row) => row.phase === "finetune" && row.method !== null && finetuned.has(row.method)),
    (row) => JSON.stringify([row.method, row.target_sparsity]),
  );
  const rising = [...runs.values()].flatMap((rows) => {
    const gains = [...groupBy(rows, (row) => row.seed).values()].flatMap((of) => {
      const [before, last] = of.toSorted((a, b) => a.epoch - b.epoch).slice(-2);
      const [from, to] = [before, last].map((row) => (row === undefined ? null : figureOf(figure, row)));
      if (from == null || to == null || last?.epoch !== epochs) return [];
      return [advantage(differenceScale(metric, metric.scale * from), to, from)];
    });
    const [row] = rows;
    const gain = meanInterval(gains);
    const certain = gain.ci95 === null ? gains.length > 0 : gain.ci95.low > 0;
    if (row?.method == null || row.target_sparsity === null || gain.mean === null || !certain) return [];
    return gain.mean >= WORTHWHILE * metric.difference.margin
      ? [{ method: row.method, sparsity: row.target_sparsity, gain: gain.mean }]
      : [];
  });
  const [most] = rising.toSorted((a, b) => b.gain - a.gain);
  if (most === undefined) return [];
  return [
    {
      why: `The last epoch of fine-tuning still gives ${differenceText(metric, most.gain.toFixed(1))} at ${percent(most.sparsity)} of ${most.method}, and the curve ${improves(metric)} at ${count(rising.length, "point")} in all: more epochs may give more.`,
      command: command("prune.finetune.epochs", String(2 * epochs), "../longer-fine-tuning"),
    },
  ];
}

/** Whether more of the epochs that `prune.finetune` counts would be more recovery. */
function trainsAsFinetune({ recovery }: ResultRow): boolean {
  return ["finetune", "distill"].includes(recovery.replace(/\(.*$/, ""));
}

function numberAt(value: unknown, keys: readonly string[]): number | undefined {
  let found = value;
  for (const key of keys) {
    if (typeof found !== "object" || found === null) return undefined;
    found = (found as Readonly<Record<string, unknown>>)[key];
  }
  return typeof found === "number" ? found : undefined;
}
