import { inputError } from "../../foundations/errors.ts";
import { differences } from "../../recording/manifest.ts";
import type { Origin } from "../../recording/origin.ts";
import type { RecordedResults } from "../../recording/results-reader.ts";
import type { AllowMissing } from "./check-settings.ts";

export interface SourceOptions {
  readonly allowMissing: AllowMissing;
  /** Refuse a baseline that was made with other settings, or that does not tell its settings. */
  readonly failOnStale: boolean;
}

/**
 * What differs, or cannot be known, beside the tables themselves. Throws a PruneLabError of kind `input` when the data
 * differ, when a table is older than the plan of its folder (unless points may be missing), and for a stale baseline that may not be.
 */
export function compareSources(
  baseline: RecordedResults,
  results: RecordedResults,
  { allowMissing, failOnStale }: SourceOptions,
): string[] {
  const unfinished = [results, baseline].flatMap(({ folder }) => folder?.unfinished ?? []);
  if (unfinished[0] !== undefined && allowMissing !== true) {
    throw inputError(`${unfinished[0]}.`, {
      hint: "Run that sweep again to finish it, or compare what there is with --allow-missing.",
    });
  }
  const before = baseline.origin;
  const now = results.origin;
  const notes = [...unfinished.map((text) => `${text}.`), ...unjudged([baseline, results])];
  if (before === undefined || now === undefined) {
    const bare = [...new Set([baseline, results].filter(({ origin }) => origin === undefined))];
    if (failOnStale) refuseUntold(bare);
    return [...notes, notVerified([...new Set(bare.map(({ path }) => path))])];
  }
  refuseOtherData({ ...baseline, origin: before }, { ...results, origin: now });
  const moved = movedSettings(before.config, now.config);
  if (failOnStale && moved.length > 0) {
    throw inputError(
      `The baseline ${baseline.path} was made with other settings:\n${moved.map((line) => `  ${line}`).join("\n")}`,
      { hint: "Write a new baseline with --update, or compare nonetheless without --fail-on-stale." },
    );
  }
  return [...notes, ...programNotes(before, now), ...moved.map((line) => `A setting differs: ${line}.`)];
}

/** Columns of metrics that a bare table has: whether more of them is better, nothing says. */
function unjudged(sides: readonly RecordedResults[]): string[] {
  return sides
    .filter(({ unexplained }) => unexplained.length > 0)
    .map(
      ({ path, unexplained }) =>
        `Not judged: ${unexplained.join(", ")} of ${path}, since no config says what ${unexplained.length > 1 ? "they are" : "it is"}.`,
    );
}

function notVerified(bare: readonly string[]): string {
  return (
    `Not verified, since ${bare.join(" and ")} ${bare.length > 1 ? "are bare tables" : "is a bare table"}: ` +
    "settings, version of prune-lab, build of the engine. Recipe, engine, dataset and model are compared by their columns."
  );
}

function refuseUntold([first]: readonly RecordedResults[]): void {
  throw inputError(`${first?.path} does not tell its settings: it is a bare table.`, {
    hint: "Give a results folder, and a baseline that --update wrote: it has its settings beside it.",
  });
}

function programNotes(before: Origin, now: Origin): string[] {
  const version =
    before.version === now.version
      ? []
      : [`The version of prune-lab differs: ${before.version} in the baseline, ${now.version} now.`];
  const build =
    before.engine.name !== now.engine.name || before.engine.identity === now.engine.identity
      ? []
      : [
          `The build of the engine ${now.engine.name} differs: ${before.engine.identity} in the baseline, ${now.engine.identity} now.`,
        ];
  return [...version, ...build];
}

type Known = RecordedResults & { readonly origin: Origin };

function refuseOtherData(baseline: Known, results: Known): void {
  const [before, now] = [baseline.origin.dataset, results.origin.dataset];
  if (before.checksum === now.checksum) return;
  const sides =
    before.name === now.name
      ? `the files of ${now.name} differ (SHA-256 ${short(before.checksum)} in ${baseline.path}, ${short(now.checksum)} in ${results.path})`
      : `${before.name} in ${baseline.path}, ${now.name} in ${results.path}`;
  throw inputError(`Different datasets cannot be compared: ${sides}.`);
}

function short(checksum: string): string {
  return checksum.length > 12 ? `${checksum.slice(0, 12)}…` : checksum;
}

/** One line for each setting that differs; of methods, those that both sides have are compared. */
function movedSettings(before: unknown, now: unknown): string[] {
  const [a, b] = [shaping(before), shaping(now)];
  const common = Object.keys(a.methods).filter((name) => Object.hasOwn(b.methods, name));
  const comparable = ({ rest, prune, methods }: Shaping) => ({
    ...rest,
    prune: { ...prune, methods: Object.fromEntries(common.map((name) => [name, methods[name]])) },
  });
  return differences(comparable(a), comparable(b));
}

interface Shaping {
  readonly rest: Readonly<Record<string, unknown>>;
  readonly prune: Readonly<Record<string, unknown>>;
  readonly methods: Readonly<Record<string, unknown>>;
}

/** The settings that shape numbers. Names and places do not; seeds, sparsities and methods show in the points. */
function shaping(config: unknown): Shaping {
  const {
    name: _1,
    output: _2,
    check: _3,
    labels: _4,
    metrics: _5,
    seeds: _6,
    engine: _7,
    ...others
  } = record(config);
  const { path: _8, source: _9, checksum: _10, ...dataset } = record(others.dataset);
  const { methods, sparsities: _11, search: _12, controls: _13, ...prune } = record(others.prune);
  return { rest: { ...others, dataset }, prune, methods: byName(methods) };
}

function byName(methods: unknown): Readonly<Record<string, unknown>> {
  const list: readonly unknown[] = Array.isArray(methods) ? methods : [];
  return Object.fromEntries(
    list.map((method) =>
      typeof method === "string" ? [method, { name: method }] : [String(record(method).name), method],
    ),
  );
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
