import chalk, { chalkStderr } from "chalk";
import { Command, CommanderError } from "commander";
import { registerCommands } from "./commands/index.ts";
import { failure, PruneLabError, systemErrorCode } from "./foundations/errors.ts";
import { packageVersion } from "./foundations/paths.ts";
import { outOfResources } from "./foundations/resource-limits.ts";

const EXIT_CODES = { input: 2, failure: 3, interrupted: 130 } as const satisfies Record<
  PruneLabError["kind"],
  number
>;
/** The status that a shell reports for a program whose reader went away (128 + SIGPIPE). */
const READER_GONE = 141;

const debug = process.argv.includes("--debug");

// chalk follows FORCE_COLOR and the terminal only (https://no-color.org).
if (process.env.NO_COLOR) {
  chalk.level = 0;
  chalkStderr.level = 0;
}

for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error) => {
    const code = systemErrorCode(error);
    if (code === "EPIPE") process.exit(READER_GONE);
    process.exit(report(failure(`the output cannot be written (${code ?? error.message}).`)));
  });
}

// What escapes the try below, such as an error in a timer: Node's own exit code 1 means something else here.
// From here on in place of the program's own, which tells why this file does not load.
process.removeAllListeners("uncaughtException");
process.on("uncaughtException", (error) => process.exit(report(error)));

const program = new Command()
  .name("prune-lab")
  .description("How much of a network can be removed, by which method, before it hurts?")
  .version(packageVersion(), "-V, --version", "print the version")
  .helpOption("-h, --help", "show help")
  .option("--debug", "show the stack trace of an error")
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(`prune-lab: ${text.replace(/^error: /, "")}`) })
  .addHelpText(
    "after",
    `
First steps:
  $ prune-lab doctor                          what works on this machine
  $ prune-lab sweep --config mnist-mlp        a first experiment: charts and tables in results/mnist-mlp
  $ prune-lab init my-sweep.yaml              a config of your own, with every setting explained

Exit codes: 0 done; 1 a check found a regression; 2 wrong input; 3 the run failed; 130 interrupted.`,
  );
registerCommands(program);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** Tells the user what went wrong, on stderr; returns the exit code. */
function report(thrown: unknown): number {
  const error = outOfResources(thrown) ?? thrown;
  // commander has printed its own message by now; help and version end here too, with exit code 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_CODES.input;
  if (error instanceof PruneLabError) {
    process.stderr.write(`prune-lab: ${error.message}\n`);
    if (error.hint !== undefined) process.stderr.write(`${error.hint}\n`);
  } else {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`prune-lab: unexpected error: ${message.split("\n", 1)[0]}\n`);
    if (!debug) process.stderr.write("Use --debug for the stack trace.\n");
  }
  if (debug && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return error instanceof PruneLabError ? EXIT_CODES[error.kind] : EXIT_CODES.failure;
}
