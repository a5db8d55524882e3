import { groupBy } from "../../foundations/group-by.ts";
import type { ResultRow } from "../../recording/rows.ts";
import { type Html, html } from "./html.ts";
import type { ReportedStudy } from "./reproduce.ts";

/** Longer values are cut. */
const MOST_CHARACTERS = 60;
/** So much of a hash tells it from others. */
const HASH_CHARACTERS = 12;

/** Whether the networks of a study were tested on their training examples, as far as its manifest says. */
export function isTestedOnTraining(study: ReportedStudy): boolean {
  return settingsOf(study).get("dataset.test") === "train";
}

/**
 * The settings in which sweeps differ, a row each and a column a sweep; from their manifests, and what the tables
 * themselves say. Undefined for a single sweep.
 */
export function differingSettings(studies: readonly ReportedStudy[]): Html | undefined {
  if (studies.length < 2) return undefined;
  const sides = studies.map(settingsOf);
  const all = [...new Set(sides.flatMap((side) => [...side.keys()]))];
  // Settings of one section stand together, whichever sweep has them.
  const names = [...groupBy(all, (name) => name.replace(/\.[^.]*$/, "")).values()].flat();
  const rows = names.flatMap((name) => {
    const values = sides.map((side, i) => side.get(name) ?? (studies[i]?.manifest ? "–" : "not known"));
    const known = new Set(values.filter((value) => value !== "not known"));
    return known.size > 1 ? [{ name, values }] : [];
  });
  const unknown = studies.filter(({ manifest }) => manifest === undefined).map(({ name }) => name);
  const note =
    unknown.length === 0
      ? ""
      : html`<p class="hint">Of a table that stands alone (${unknown.join(", ")}) only its columns are known.</p>`;
  if (rows.length === 0) {
    const same = unknown.length === 0 ? "have the same settings" : "agree in all that is known of them";
    return html`<p>The sweeps ${same}.</p>${note}`;
  }
  return html`<div class="wide" tabindex="0" role="region" aria-label="Settings that differ"><table class="settings">
<caption class="unseen">Settings that differ between the sweeps</caption>
<thead><tr><th scope="col">Setting</th>${studies.map(({ name }) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows.map(
    ({ name, values }) =>
      html`<tr><th scope="row">${name}</th>${values.map((value) => html`<td>${cut(value)}</td>`)}</tr>\n`,
  )}</tbody></table></div>${note}`;
}

function settingsOf({ rows, metrics = [], manifest }: ReportedStudy): Map<string, string> {
  const [first] = rows;
  const distinct = (value: (row: ResultRow) => string | number) => [...new Set(rows.map(value))].join(", ");
  const recorded = manifest === undefined ? [] : leaves(manifest.settings);
  return new Map([
    ["dataset", first?.dataset ?? ""],
    ["test examples", String(first?.test_examples ?? "")],
    ["model", distinct((row) => row.model)],
    ["parameters", distinct((row) => row.parameters)],
    ["methods", distinct((row) => row.method)],
    ["sparsities", distinct((row) => row.target_sparsity)],
    ["seeds", distinct((row) => row.seed)],
    ["engine", distinct((row) => row.engine)],
    // What the columns say already, and what shapes no figure.
    ...recorded.filter(
      ([name]) => !/^(?:name|output\b.*|engine\.name|dataset\.found|model\.name)$/.test(name),
    ),
    ...metrics.map(({ name, definition }) => [`metric ${name}`, definition] as const),
    ...(manifest === undefined ? [] : [["version of prune-lab", manifest.version] as const]),
    ["recipe", distinct((row) => row.recipe)],
  ]);
}

/** `train.epochs`, `3`: the values at the ends of nested mappings. */
function leaves(value: unknown, at = ""): [string, string][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return [[at, typeof value === "string" ? value : (JSON.stringify(value) ?? "–")]];
  }
  return Object.entries(value).flatMap(([key, item]) => leaves(item, at === "" ? key : `${at}.${key}`));
}

function cut(text: string): string {
  if (/^[0-9a-f]{64}$/.test(text)) return text.slice(0, HASH_CHARACTERS);
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}
