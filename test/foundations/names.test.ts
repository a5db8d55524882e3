import { expect, test } from "vitest";
import { nameProblem, nameSchema } from "../../src/foundations/names.ts";

const WINDOWS = "Windows reserves it for a device";
const CHARACTERS = "letters, digits, '.', '_' and '-', starting with a letter or a digit";

test.each([
  ...["con", "nul", "aux", "prn", "com1", "LPT9", "CON.x", "nul.tar.gz"].map((name) => [name, WINDOWS]),
  ...["", "..", ".a", "-a", "a/b", "a\\b", "a b", "a\n", "ä", "__proto__"].map((name) => [name, CHARACTERS]),
  ...["constructor", "hasOwnProperty", "toString", "valueOf"].map((name) => [name, "JavaScript reserves it"]),
  ["a.", "Windows drops the '.' at the end"],
  ["n".repeat(101), "at most 100 characters, and it has 101"],
])("%j cannot be a name: %s", (name, problem) => {
  expect(nameProblem(name)).toBe(problem);
  expect(nameSchema("a folder").safeParse(name).success).toBe(false);
});

test.each(["a", "L1", "0.5", "console", "com10", "nullable", "con-1", "a.b", "n".repeat(100)])(
  "%j can",
  (name) => {
    expect(nameProblem(name)).toBeUndefined();
    expect(nameSchema("a folder").parse(name)).toBe(name);
  },
);
