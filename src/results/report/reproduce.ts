import type { FormulaMetric } from "../../metrics/formula/metric.ts";
import type { Manifest } from "../../recording/manifest.ts";
import type { ResultRow } from "../../recording/rows.ts";
import { type Html, html } from "./html.ts";

/** One sweep of a report: what it was, as far as its folder tells. */
export interface ReportedStudy {
  readonly name: string;
  readonly rows: readonly ResultRow[];
  /** Metrics of the user's own, whose columns the rows have; and columns of others, which nothing explains. */
  readonly metrics?: readonly FormulaMetric[] | undefined;
  readonly unexplained?: readonly string[] | undefined;
  /** Undefined for a table that stands alone. */
  readonly manifest: Manifest | undefined;
  /** The resolved config; undefined for a table that stands alone. */
  readonly configText: string | undefined;
}

/** How to get the same figures again: command, versions, data, and the config in full. */
export function reproduction({ name, rows, manifest, configText }: ReportedStudy): Html {
  const engine = rows[0]?.engine ?? "auto";
  if (manifest === undefined || configText === undefined) {
    return html`<h3>${name}</h3>
<p>Read from a table alone: recipe ${rows[0]?.recipe ?? ""}, engine ${engine}. The config and the versions are not known.</p>`;
  }
  const facts: [string, string | undefined][] = [
    ["prune-lab", manifest.version],
    ["Node.js", manifest.node],
    [
      "Engine",
      [textAt(manifest.engine, "name"), textAt(manifest.engine, "device")].filter(Boolean).join(", "),
    ],
    ["Dataset", textAt(manifest.dataset, "name")],
    ["Its SHA-256", textAt(manifest.dataset, "checksum")],
    ["Recipe", rows[0]?.recipe],
    ["Identity", manifest.identity],
    ...(manifest.plugins ?? []).map(({ file, sha256 }): [string, string] => [`Plugin ${file}`, sha256]),
  ];
  const plugins = (manifest.plugins ?? []).map(({ file }) => ` --plugin ${file}`).join("");
  return html`<h3>${name}</h3>
<p>Put the config below into config.yaml; it has every default written out. Then, with the same version:</p>
<pre tabindex="0"><code>prune-lab sweep --config config.yaml${plugins} --engine ${engine} --out again</code></pre>
<p>${
    engine === "kernels-wasm"
      ? "With this engine results.csv is the same on every machine, byte for byte."
      : "With this engine results.csv is the same on the same machine; with --engine kernels-wasm it is the same on every machine."
  }</p>
<dl>${facts.map(([term, text]) => (text ? html`<dt>${term}</dt><dd>${text}</dd>` : ""))}</dl>
<details><summary>config.yaml of ${name}</summary><pre tabindex="0"><code>${configText}</code></pre></details>`;
}

/** SHA-256 of the data that a study stands on; undefined where nothing says it. */
export function datasetChecksum({ manifest }: Pick<ReportedStudy, "manifest">): string | undefined {
  return textAt(manifest?.dataset, "checksum");
}

/** A text in what a manifest holds, which is a file like any other and may be edited. */
function textAt(value: unknown, key: string): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const found: unknown = (value as Readonly<Record<string, unknown>>)[key];
  return typeof found === "string" ? found : undefined;
}
