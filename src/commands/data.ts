import { SingleBar } from "cli-progress";
import type { Command } from "commander";
import { type FetchOptions, fetchableNames, fetchDataset } from "../datasets/fetch.ts";

/** Adds `prune-lab data fetch NAME`. */
export function registerData(program: Command): void {
  const data = program.command("data").description("work with dataset files");
  data
    .command("fetch")
    .description("download a dataset, checked against its checksums; continues an interrupted download")
    .argument("<name>", `the dataset: ${fetchableNames.join(", ")}`)
    .option("--data-dir <dir>", "the data folder (default: PRUNE_LAB_DATA, else data)")
    .option("--mirror <url>", "download from this server instead of the known ones")
    .option("--force", "download again and replace the files that are there")
    .addHelpText(
      "after",
      `
The files go into the subfolder NAME of the data folder, where sweeps look for them.

Examples:
  $ prune-lab data fetch mnist
  $ prune-lab data fetch mnist --data-dir ~/datasets
  $ prune-lab data fetch mnist --mirror https://example.org/mnist/`,
    )
    .action(fetchNamed);
}

interface Flags {
  readonly dataDir?: string;
  readonly mirror?: string;
  readonly force?: boolean;
}

async function fetchNamed(name: string, { dataDir, mirror, force = false }: Flags): Promise<void> {
  const { notify, onProgress, stop } = progressDisplay(process.stderr);
  const fetching = fetchDataset(name, { dataDir, mirror, force, notify, onProgress });
  const { folder, downloaded } = await fetching.finally(stop);
  const what = downloaded.length === 0 ? "already there" : `downloaded ${downloaded.join(", ")}`;
  process.stdout.write(`${name} is complete and verified in ${folder} (${what}).\n`);
}

/** A bar for each file in a terminal; elsewhere only the notices, a line each. */
function progressDisplay(stream: NodeJS.WriteStream) {
  let bar: SingleBar | undefined;
  const stop = () => {
    bar?.stop();
    bar = undefined;
  };
  const notify: FetchOptions["notify"] = (message) => {
    stop();
    stream.write(`${message}\n`);
  };
  const onProgress: FetchOptions["onProgress"] = (file, { receivedBytes, totalBytes }) => {
    if (!stream.isTTY || totalBytes === undefined) return;
    if (bar === undefined) {
      bar = new SingleBar({
        stream,
        format: `${file} [{bar}] {percentage}% | ETA {eta}s`,
        barsize: 30,
        // Ctrl-C ends the process at once, so the terminal's settings are left as they are.
        gracefulExit: false,
        hideCursor: false,
        linewrap: true,
      });
      bar.start(totalBytes, 0);
    }
    bar.update(receivedBytes);
  };
  return { notify, onProgress, stop };
}
