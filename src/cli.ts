import { obeyNoColor, onOutputError } from "./commands/output.ts";
import { runProgram, tellError } from "./commands/run-program.ts";
import { failure } from "./foundations/errors.ts";

/** The status that a shell reports for a program whose reader went away (128 + SIGPIPE). */
const READER_GONE = 141;

const args = process.argv.slice(2);

obeyNoColor();

onOutputError((code) => {
  if (code === "EPIPE") process.exit(READER_GONE);
  process.exit(tellError(failure(`the output cannot be written (${code}).`), args));
});

// What escapes a command, such as an error in a timer: Node's own exit code 1 means something else here.
// From here on in place of the program's own, which tells why this file does not load.
process.removeAllListeners("uncaughtException");
process.on("uncaughtException", (error) => process.exit(tellError(error, args)));

const code = await runProgram(args);
if (code !== undefined) process.exitCode = code;
