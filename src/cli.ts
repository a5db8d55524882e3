import { CommanderError } from "commander";
import { registerCommands } from "./commands/index.ts";
import { helpColumns, obeyNoColor, onOutputError, print, tell } from "./commands/output.ts";
import { Program } from "./commands/program.ts";
import { refuseSingleHyphen, usageHint } from "./commands/usage.ts";
import { failure, PruneLabError } from "./foundations/errors.ts";
import { packageVersion } from "./foundations/paths.ts";
import { explainSystemError } from "./foundations/system-errors.ts";

const EXIT_CODES = { input: 2, failure: 3, interrupted: 130 } as const satisfies Record<
  PruneLabError["kind"],
  number
>;
/** The status that a shell reports for a program whose reader went away (128 + SIGPIPE). */
const READER_GONE = 141;

const debug = process.argv.includes("--debug");

obeyNoColor();

onOutputError((code) => {
  if (code === "EPIPE") process.exit(READER_GONE);
  process.exit(report(failure(`the output cannot be written (${code}).`)));
});

// What escapes the try below, such as an error in a timer: Node's own exit code 1 means something else here.
// From here on in place of the program's own, which tells why this file does not load.
process.removeAllListeners("uncaughtException");
process.on("uncaughtException", (error) => process.exit(report(error)));

const program = new Program()
  .name("prune-lab")
  .description("How much of a network can be removed, by which method, before it hurts?")
  .version(packageVersion(), "-V, --version", "print the version")
  .helpOption("-h, --help", "show help")
  .helpCommand(false)
  .configureHelp({ minWidthToWrap: 20 })
  .option("--debug", "show the stack trace of an error")
  .exitOverride()
  .configureOutput({
    writeOut: print,
    writeErr: (text) => tell(text.replace(/\n$/, "")),
    getOutHelpWidth: () => helpColumns(),
    getErrHelpWidth: () => helpColumns(true),
    outputError: (text, write) => write(`prune-lab: ${text.replace(/^error: /, "")}`),
  })
  .addHelpText(
    "after",
    `
First steps:
  $ prune-lab doctor                          what works on this machine
  $ prune-lab sweep --config mnist-mlp        a first experiment: charts and tables in results/mnist-mlp
  $ prune-lab init my-sweep.yaml              a config of your own, with every setting explained

Environment variables: prune-lab help environment.
Exit codes: 0 done; 1 a check found a regression; 2 wrong input; 3 the run failed; 130 interrupted.`,
  );
registerCommands(program);

try {
  refuseSingleHyphen(program, process.argv.slice(2));
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** Tells the user what went wrong, on stderr; returns the exit code. */
function report(thrown: unknown): number {
  const error = explainSystemError(thrown);
  // commander has printed its own message by now; help and version end here too, with exit code 0.
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    const hint = usageHint(error, program, process.argv.slice(2));
    if (hint !== undefined) tell(hint);
    return EXIT_CODES.input;
  }
  if (error instanceof PruneLabError) {
    tell(`prune-lab: ${error.message}`);
    if (error.hint !== undefined) tell(error.hint);
  } else {
    const message = error instanceof Error ? error.message : String(error);
    tell(`prune-lab: unexpected error: ${message.split("\n", 1)[0]}`);
    if (!debug) tell("Use --debug for the stack trace.");
  }
  if (debug && error instanceof Error) tell(String(error.stack));
  return error instanceof PruneLabError ? EXIT_CODES[error.kind] : EXIT_CODES.failure;
}
