import path from "node:path";
import type { TopLevelSpec } from "vega-lite";
import { accuracyVsFileBytes, accuracyVsLatency } from "../../charts/accuracy-vs-measured.ts";
import { embedFont } from "../../charts/rendering/embed-font.ts";
import { rasterize } from "../../charts/rendering/rasterize.ts";
import { drawSvg } from "../../charts/rendering/render.ts";
import type { Notify } from "../../foundations/notices.ts";
import { type BenchRow, benchColumns } from "../../recording/bench-rows.ts";
import { writeCsv } from "../../recording/csv.ts";
import { type OutputFile, outputFile } from "../../recording/output-file.ts";

const charts = [
  { name: "accuracy-vs-latency", draw: accuracyVsLatency },
  { name: "accuracy-vs-file-size", draw: accuracyVsFileBytes },
] as const;

/** How an earlier file of each kind begins, which may be replaced. */
const kinds: Readonly<Record<string, RegExp>> = {
  csv: /^checkpoint,form,engine,/,
  "vl.json": /^\{\s*"\$schema": "https:\/\/vega/,
  svg: /^<svg/,
  png: /^.PNG\r\n/,
};

export interface BenchOutput {
  /** Writes the table and the charts; gives the names of the files. */
  write(rows: readonly BenchRow[], notify: Notify): Promise<string[]>;
}

/** Decides before anything is measured whether the files may be written into a folder. Throws as outputFile does. */
export async function benchOutput(folder: string, inputs: readonly string[]): Promise<BenchOutput> {
  const placed = new Map<string, OutputFile>();
  const endings = ["vl.json", "svg", "png"];
  const names = ["bench.csv", ...charts.flatMap(({ name }) => endings.map((ending) => `${name}.${ending}`))];
  for (const name of names) {
    const beginning = kinds[name.slice(name.indexOf(".") + 1)] as RegExp;
    const kind = {
      writer: "--out",
      name: `an earlier ${name}`,
      recognize: (text: string) => beginning.test(text),
    };
    placed.set(name, await outputFile(path.join(folder, name), kind, { inputs }));
  }
  return {
    write: async (rows, notify) => {
      const files: [string, string | Uint8Array][] = [["bench.csv", writeCsv("bench", benchColumns, rows)]];
      for (const { name, draw } of charts) {
        const spec = draw(rows);
        if (spec === undefined) notify(`No chart ${name}: no accuracy is known.`);
        else files.push(...(await drawn(name, spec)));
      }
      for (const [name, content] of files) await placed.get(name)?.write(content);
      return files.map(([name]) => name);
    },
  };
}

async function drawn(name: string, spec: TopLevelSpec): Promise<[string, string | Uint8Array][]> {
  const svg = await drawSvg(spec);
  const [embedded = svg] = await embedFont([svg]);
  return [
    [`${name}.vl.json`, `${JSON.stringify(spec, null, 2)}\n`],
    [`${name}.svg`, embedded],
    [`${name}.png`, await rasterize(svg)],
  ];
}
