import type { Command } from "commander";
import { fetchableNames, fetchNamed } from "../library/fetch.ts";
import { print } from "./output.ts";
import { downloadProgress } from "./progress/downloads.ts";
import { addPluginFlag } from "./run-flags.ts";

/** Adds `prune-lab data fetch NAME`. */
export function registerData(program: Command): void {
  const names = fetchableNames();
  const data = program.command("data").description("work with files of datasets and of published networks");
  const fetch = data
    .command("fetch")
    .description(
      "download a dataset or a published network, checked against its checksums; continues an interrupted download",
    )
    .argument("<name>", `what to get: ${names.join(", ")}`)
    .option("--data-dir <dir>", "the data folder (default: PRUNE_LAB_DATA, else data)")
    .option("--mirror <url>", "download from this server instead of the known ones")
    .option("--force", "download again and replace the files that are there");
  addPluginFlag(fetch)
    .addHelpText(
      "after",
      `
The files go into the subfolder NAME of the data folder, where sweeps look for them.

Examples:
${names.map((name) => `  $ prune-lab data fetch ${name}`).join("\n")}
  $ prune-lab data fetch mnist --data-dir ~/datasets
  $ prune-lab data fetch mnist --mirror https://example.org/mnist/`,
    )
    .action(fetchAndTell);
}

interface Flags {
  readonly dataDir?: string;
  readonly mirror?: string;
  readonly force?: boolean;
}

async function fetchAndTell(name: string, { dataDir, mirror, force = false }: Flags): Promise<void> {
  const { notify, onProgress, stop } = downloadProgress();
  const fetching = fetchNamed(name, { dataDir, mirror, force, notify, onProgress });
  const { folder, downloaded } = await fetching.finally(stop);
  const what = downloaded.length === 0 ? "already there" : `downloaded ${downloaded.join(", ")}`;
  print(`${name} is complete and verified in ${folder} (${what}).\n`);
}
