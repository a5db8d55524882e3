import { type Command, Option } from "commander";
import { findNvidiaDriver } from "../engines/tensorflow/gpu.ts";
import { userInstallation, type Variant } from "../engines/tensorflow/installation.ts";
import { removeTensorFlow, setUpTensorFlow } from "../engines/tensorflow/setup/set-up.ts";
import { untilInterrupted } from "./interruption.ts";
import { print } from "./output.ts";
import { downloadProgress } from "./progress/downloads.ts";

interface Flags {
  readonly cuda?: true;
  readonly cpu?: true;
  readonly remove?: true;
}

/** Adds `prune-lab setup tensorflow`. */
export function registerSetup(program: Command): void {
  const setup = program
    .command("setup")
    .description("install an engine that does not come with the package")
    .addHelpText(
      "after",
      "\nExamples:\n  $ prune-lab setup tensorflow\n  $ prune-lab setup tensorflow --help",
    );
  setup
    .command("tensorflow")
    .description("install the TensorFlow engine; continues an interrupted set-up")
    .addOption(
      new Option("--cuda", "for an NVIDIA GPU (the default where there is a driver)").conflicts("cpu"),
    )
    .addOption(new Option("--cpu", "without CUDA: a tenth of the size").conflicts("cuda"))
    .addOption(new Option("--remove", "remove it").conflicts(["cuda", "cpu"]))
    .addHelpText(
      "after",
      `
Needs npm, a Python with pip (PYTHON names it) and a C++ compiler (CXX names it), on Linux on x64. Downloads with
the settings of npm and pip, checks every file against its checksum, and installs into the cache folder
(PRUNE_LAB_CACHE): completely or not at all.

Examples:
  $ prune-lab setup tensorflow
  $ prune-lab setup tensorflow --cpu
  $ prune-lab setup tensorflow --remove`,
    )
    .action(setUp);
}

async function setUp(flags: Flags): Promise<void> {
  if (flags.remove) {
    const removed = await removeTensorFlow();
    print(removed === undefined ? "There was nothing to remove.\n" : `Removed ${removed}.\n`);
    return;
  }
  const own = userInstallation();
  if (own !== undefined) {
    print(`The engine tensorflow uses your own ${own.packageFolder}: nothing to set up.\n`);
    return;
  }
  const variant = await variantOf(flags);
  const { notify, onProgress, stop } = downloadProgress();
  const { folder, device } = await untilInterrupted((signal) =>
    setUpTensorFlow({ variant, notify, onProgress, signal }),
  ).finally(stop);
  const how = device === undefined ? "is already there" : `runs on: ${device}`;
  print(`The engine tensorflow (${variant}) in ${folder} ${how}.\n`);
}

async function variantOf({ cuda, cpu }: Flags): Promise<Variant> {
  if (cuda) return "cuda";
  return cpu || (await findNvidiaDriver()) === undefined ? "cpu" : "cuda";
}
