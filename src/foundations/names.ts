import * as z from "zod";
import { quote } from "./quote.ts";

/** What names a thing in files and in results: the same file on every system, and no path. */
const NAME_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const NAME_RULE = "letters, digits, '.', '_' and '-', starting with a letter or a digit";

/** Leaves room in the 255 bytes of a file's name for what is added: sparsity, seed, `.safetensors`, a temporary's suffix. */
const LONGEST_NAME = 100;

/** Devices to Windows, with any extension and in any case. */
const WINDOWS_DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Why a text cannot name a thing, as the end of a sentence without its full stop; undefined when it can. */
export function nameProblem(name: string): string | undefined {
  if (!NAME_PATTERN.test(name)) return NAME_RULE;
  if (name.length > LONGEST_NAME) return `at most ${LONGEST_NAME} characters, and it has ${name.length}`;
  if (WINDOWS_DEVICE.test(name)) return "Windows reserves it for a device";
  if (name.endsWith(".")) return "Windows drops the '.' at the end";
  if (name in Object.prototype) return "JavaScript reserves it";
  return undefined;
}

/** The schema of a name; `what` is named by it: `a folder`. */
export function nameSchema(what: string) {
  return z
    .string()
    .max(LONGEST_NAME, { abort: true })
    .regex(NAME_PATTERN, {
      abort: true,
      error: ({ input }) => `${quote(input)} cannot name ${what}: ${NAME_RULE}.`,
    })
    .refine((name) => nameProblem(name) === undefined, {
      error: ({ input }) => `${quote(input)} cannot name ${what}: ${nameProblem(String(input))}.`,
    });
}

/** Names as file systems may compare them: without case. */
export function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
