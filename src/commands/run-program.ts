import { CommanderError } from "commander";
import { PruneLabError } from "../foundations/errors.ts";
import { packageVersion } from "../foundations/paths.ts";
import { explainSystemError } from "../foundations/system-errors.ts";
import { registerCommands } from "./index.ts";
import { helpColumns, print, tell } from "./output.ts";
import { Program } from "./program.ts";
import { refuseSingleHyphen, usageHint } from "./usage.ts";

const EXIT_CODES = { input: 2, failure: 3, interrupted: 130 } as const satisfies Record<
  PruneLabError["kind"],
  number
>;

/**
 * Runs a command line, given without node and the name of the program. Returns the exit code of what was thrown, which the
 * user has been told; undefined where nothing was: then a command may have set `process.exitCode`.
 */
export async function runProgram(args: readonly string[]): Promise<number | undefined> {
  const program = createProgram();
  try {
    refuseSingleHyphen(program, args);
    await program.parseAsync(args, { from: "user" });
    return undefined;
  } catch (error) {
    // commander has printed its own message by now; help and version end here too, with exit code 0.
    if (!(error instanceof CommanderError)) return tellError(error, args);
    if (error.exitCode === 0) return 0;
    const hint = usageHint(error, program, args);
    if (hint !== undefined) tell(hint);
    return EXIT_CODES.input;
  }
}

/** Tells the user what went wrong, on stderr, with the stack trace where --debug asks for it; returns the exit code. */
export function tellError(thrown: unknown, args: readonly string[]): number {
  const error = explainSystemError(thrown);
  const debug = args.includes("--debug");
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

function createProgram(): Program {
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
  return program;
}
