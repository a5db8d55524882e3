import type { Command } from "commander";
import { report } from "../library/report.ts";
import { print, printFile } from "./output.ts";
import { addPluginFlag } from "./run-flags.ts";

const EXAMPLES = `
Examples:
  $ prune-lab report results/mnist-mlp                              draws its charts and report.html anew
  $ prune-lab report results/mnist-mlp results/mnist-cnn --out both.html
  $ prune-lab report baseline.csv results/mnist-mlp/results.csv --out before-and-now.html

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
    .option(
      "-o, --out <file>",
      "the page to write, or - for stdout (default: report.html in the folder of a single sweep)",
    );
  addPluginFlag(command)
    .addHelpText("after", EXAMPLES)
    .action(async (results: readonly string[], { out }: { readonly out?: string }) => {
      const page = await report(results, { out: out === "-" ? printFile : out });
      if (page !== "-") print(`${page}\n`);
    });
}
