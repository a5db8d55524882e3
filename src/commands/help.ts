import type { Command } from "commander";
import { inputError } from "../foundations/errors.ts";
import { quote } from "../foundations/quote.ts";
import { helpColumns, print } from "./output.ts";
import { fitted } from "./program.ts";
import { nearestCommand } from "./usage.ts";

const ENVIRONMENT = `Environment variables that prune-lab reads. Flags go before them.

Folders:
  PRUNE_LAB_DATA    the data folder, searched before ./data
  PRUNE_LAB_CACHE   the cache folder: compiled kernels, downloaded engines
  PRUNE_LAB_TENSORFLOW
                    the folder of your own @tensorflow/tfjs-node-gpu, for the tensorflow engine
  PRUNE_LAB_REDIS_PASSWORD
                    the password of the Redis server of --on redis://HOST and worker
  XDG_CACHE_HOME    where the cache folder lies without it, on Linux (default: ~/.cache)

TensorFlow:
  PRUNE_LAB_TENSORFLOW_LANES
                    networks that train at once, 1 to 256 (default: 16 on a GPU, 1 on a CPU)
  TF_NUM_INTRAOP_THREADS
                    threads of one operation on the CPU (default: one a core)

Terminal:
  NO_COLOR          any value: no colors
  FORCE_COLOR       1, 2 or 3: colors although the output is no terminal; 0: none
  COLUMNS           width of help and tables where the output is no terminal

Continuous integration:
  GITHUB_ACTIONS       set by GitHub Actions: check writes annotations, and no other line can be a workflow command
  GITHUB_STEP_SUMMARY  set by GitHub Actions: the file that check --markdown adds to
  SOURCE_DATE_EPOCH    seconds since 1970 that check writes into a history as its time (default: now)

Compilers and tools:
  CC                compiler of the kernels-native engine
  CXX, PYTHON       compiler and Python of setup tensorflow
  LD_LIBRARY_PATH   searched for CUDA's libraries by the tensorflow engine
  PRUNE_LAB_PYTHON, PRUNE_LAB_ONNX_PYTHON
                    Python of bench, with onnxruntime or torch (default: python3)
  NODE_USE_ENV_PROXY, HTTPS_PROXY
                    downloads through a proxy (Node 22.21 or newer)`;

/** What help tells of beside commands. */
const topics: Readonly<Record<string, string>> = { environment: ENVIRONMENT };

/** Adds `prune-lab help [COMMAND]`. */
export function registerHelp(program: Command): void {
  program
    .command("help")
    .description("show help: of a command, or of environment (the variables that are read)")
    .argument("[words...]", "a command, or environment")
    .addHelpText(
      "after",
      `
Examples:
  $ prune-lab help sweep
  $ prune-lab help data fetch
  $ prune-lab help environment`,
    )
    .action((words: readonly string[]) => showHelp(program, words));
}

function showHelp(program: Command, words: readonly string[]): void {
  const [topic = ""] = words;
  if (words.length === 1 && Object.hasOwn(topics, topic)) {
    print(`${fitted(topics[topic] ?? "", helpColumns())}\n`);
    return;
  }
  let command = program;
  for (const word of words) {
    const next = command.commands.find((other) => other.name() === word);
    if (next === undefined) throw unknownTopic(command, word);
    command = next;
  }
  command.outputHelp();
}

function unknownTopic(command: Command, word: string) {
  const names = [
    ...command.commands.map((other) => other.name()),
    ...(command.parent ? [] : Object.keys(topics)),
  ];
  const near = nearestCommand(word, names);
  const meant = near === undefined ? "" : ` Did you mean '${near}'?`;
  return inputError(`there is no help on ${quote(word)}.${meant} Help on: ${names.join(", ")}.`);
}
