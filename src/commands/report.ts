import { type Command, Option } from "commander";
import { inputError } from "../foundations/errors.ts";
import { figures } from "../library/figures.ts";
import { latex } from "../library/latex.ts";
import { report } from "../library/report.ts";
import { print, printFile, tell } from "./output.ts";
import { addPluginFlag } from "./run-flags.ts";

const EXAMPLES = `
Examples:
  $ prune-lab report results/mnist-mlp                              draws its charts and report.html anew
  $ prune-lab report results/mnist-mlp results/mnist-cnn --out both.html
  $ prune-lab report baseline.csv results/mnist-mlp/results.csv --out before-and-now.html
  $ prune-lab report results/mnist-mlp --format latex > table.tex     a table for a paper
  $ prune-lab report results/mnist-mlp --format pdf --width 84mm --out figures

Sweeps on the same test data are laid over each other, and their differences told seed by seed; sweeps on
different data get charts and ranks of their own.

The page needs no network and no other file: open it from disk, mail it, or keep it as a CI artifact.
Exit codes: 0 done; 2 wrong input.`;

/** Adds `prune-lab report RESULTS...`. */
export function registerReport(program: Command): void {
  const command = program
    .command("report")
    .summary("draw the charts and the HTML report again; lay several sweeps over each other")
    .description(
      "Draws the charts and the report of recorded results. Needs neither the dataset nor the engine.",
    )
    .argument("<results...>", "results folders, or results tables (.csv)")
    .addOption(
      new Option("--format <format>", "a page; a table for LaTeX; the charts as PDF")
        .choices(["html", "latex", "pdf"])
        .default("html"),
    )
    .option(
      "-o, --out <path>",
      "html: the page to write, or - for stdout (default: report.html in the folder of a single sweep); latex: the file (default: standard output); pdf: the folder (default: figures)",
    )
    .option("--width <width>", "pdf: the width of a figure in pt, in, cm or mm (default: 3.25in)")
    .addOption(
      new Option("--columns <what>", "latex: what has a column each (default: methods)").choices([
        "methods",
        "sparsities",
      ]),
    )
    .option("--metric <name>", "latex: a metric of the config's own (default: accuracy or loss)")
    .option("--caption <latex>", "latex: the caption (default: what the figures are)")
    .option("--label <label>", "latex: the label to refer to (default: tab:NAME)");
  addPluginFlag(command)
    .addHelpText("after", EXAMPLES)
    .action(async (results: readonly string[], flags: ReportFlags) => {
      refuseForeignFlags(flags);
      await formats[flags.format](results, flags);
    });
}

type Format = "html" | "latex" | "pdf";

interface ReportFlags {
  readonly format: Format;
  readonly out?: string;
  readonly width?: string;
  readonly columns?: "methods" | "sparsities";
  readonly metric?: string;
  readonly caption?: string;
  readonly label?: string;
}

/** The flags that only one format has. */
const FORMAT_OF_FLAG = {
  width: "pdf",
  columns: "latex",
  metric: "latex",
  caption: "latex",
  label: "latex",
} as const;

function refuseForeignFlags(flags: ReportFlags): void {
  for (const [flag, format] of Object.entries(FORMAT_OF_FLAG)) {
    if (flags[flag as keyof typeof FORMAT_OF_FLAG] !== undefined && flags.format !== format) {
      throw inputError(`--${flag} belongs to --format ${format}; the format is ${flags.format}.`);
    }
  }
}

const formats: Readonly<Record<Format, (results: readonly string[], flags: ReportFlags) => Promise<void>>> = {
  html: async (results, { out }) => {
    const page = await report(results, { out: out === "-" ? printFile : out });
    if (page !== "-") print(`${page}\n`);
  },

  latex: async (results, flags) => {
    const table = await latex(results, flags);
    print(flags.out === undefined ? table : `${flags.out}\n`);
  },

  pdf: async (results, { out = "figures", width }) => {
    for (const { file, textPoints, widthNeeded } of await figures(results, { out, width })) {
      print(`${file}\n`);
      if (widthNeeded === undefined) continue;
      tell(
        `${file}: too wide for its text, shrunk to text of ${textPoints.toFixed(1)} pt; ` +
          `--width ${(Math.ceil((100 * widthNeeded) / 72) / 100).toFixed(2)}in has room for 8 pt.`,
      );
    }
  },
};
