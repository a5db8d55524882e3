import { readFile } from "node:fs/promises";
import path from "node:path";
import { withoutFont } from "../../charts/rendering/embed-font.ts";
import type { RenderedChart } from "../../charts/rendering/render.ts";
import { rendererIdentity } from "../../charts/rendering/renderer.ts";
import { sha256 } from "../../foundations/hash.ts";
import { type Manifest, type ManifestCharts, readManifest } from "../../recording/manifest.ts";

export const CHARTS_FOLDER = "charts";

/** A file by its name within the results folder. */
export type OutputFile = readonly [name: string, content: string | Uint8Array];

/** The files of a chart, by their names. */
export function chartFileNames(name: string) {
  const file = (extension: string) => `${CHARTS_FOLDER}/${name}.${extension}`;
  return { spec: file("vl.json"), svg: file("svg"), png: file("png") };
}

/** A specification as its file has it. */
export function specText(spec: RenderedChart["spec"]): string {
  return `${JSON.stringify(spec, null, 2)}\n`;
}

/** The charts that a results folder has, as its manifest lists them; of each file only what is whole. */
export class DrawnCharts {
  readonly #renderer: string;
  readonly #recorded: ManifestCharts | undefined;
  readonly #files: ReadonlyMap<string, Buffer>;

  private constructor(
    renderer: string,
    recorded: ManifestCharts | undefined,
    files: ReadonlyMap<string, Buffer>,
  ) {
    this.#renderer = renderer;
    this.#recorded = recorded;
    this.#files = files;
  }

  static async in(folder: string, manifest?: Manifest): Promise<DrawnCharts> {
    const { charts } = manifest ?? (await readManifest(folder)) ?? {};
    const files = new Map<string, Buffer>();
    for (const [name, checksum] of Object.entries(charts?.sha256 ?? {})) {
      // What cannot be read is drawn again.
      const content = await readFile(path.join(folder, name)).catch(() => undefined);
      if (content !== undefined && sha256(content) === checksum) files.set(name, content);
    }
    return new DrawnCharts(await rendererIdentity(), charts, files);
  }

  /** The picture of this specification as it was laid out; undefined where it has to be drawn, as SVG or as PNG. */
  svgOf({ chart, spec }: Pick<RenderedChart, "chart" | "spec">): string | undefined {
    if (this.#recorded?.renderer !== this.#renderer) return undefined;
    const names = chartFileNames(chart.name);
    const text = specText(spec);
    // What lies elsewhere may have changed.
    if (this.#recorded.sha256[names.spec] !== sha256(text) || text.includes('"url":')) return undefined;
    const svg = this.#files.get(names.svg);
    return svg === undefined || !this.#files.has(names.png) ? undefined : withoutFont(svg.toString());
  }

  /** Whether these, and no others, are the charts that were drawn: the characters of their font are the same then. */
  areAll(charts: readonly RenderedChart[]): boolean {
    const names = charts.flatMap(({ chart }) => Object.values(chartFileNames(chart.name)));
    const recorded = Object.keys(this.#recorded?.sha256 ?? {});
    return names.length === recorded.length && names.every((name) => recorded.includes(name));
  }

  /** The content of a file. Throws a RangeError for one that is not there, or not whole. */
  content(name: string): Uint8Array {
    const content = this.#files.get(name);
    if (content === undefined) throw new RangeError(`${name} is not there`);
    return content;
  }

  /** Those of these files that stand there as they are. */
  unchanged(files: readonly OutputFile[]): ReadonlySet<string> {
    const isThere = ([name, content]: OutputFile) => this.#files.get(name)?.equals(Buffer.from(content));
    return new Set(files.filter(isThere).map(([name]) => name));
  }

  /** The manifest's entry on these files, as they are drawn now. */
  entryOf(files: readonly OutputFile[]): ManifestCharts {
    return {
      renderer: this.#renderer,
      sha256: Object.fromEntries(files.map(([name, content]) => [name, sha256(content)])),
    };
  }
}
