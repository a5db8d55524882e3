import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  printable,
  printableLine,
  printableStyled,
  withoutWorkflowCommands,
} from "../../src/foundations/printable.ts";

test.each([
  ["\u001b[2Jx", "\\u001b[2Jx"],
  ["a\u0008\u0000b", "a\\u0008\\u0000b"],
  ["\u009b31m\u007f", "\\u009b31m\\u007f"],
  ["\u202egnp.exe\u2066", "\\u202egnp.exe\\u2066"],
  ["over\rwritten", "over\\u000dwritten"],
  ["tab\there\nline", "tab\there\nline"],
  ["Grüße, 数字, 👩‍💻", "Grüße, 数字, 👩‍💻"],
])("%j is shown as %j", (text, shown) => {
  expect(printable(text)).toBe(shown);
});

test("whatever the text, nothing of it is obeyed, and what is escaped stays as it is", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const shown = printable(text);
      expect(shown).not.toMatch(/[^\P{Cc}\t\n]/u);
      expect(shown).not.toMatch(/[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/);
      expect(printable(shown)).toBe(shown);
      expect(printableLine(text)).not.toMatch(/\p{Cc}/u);
    }),
  );
});

test("escaped JSON has the same value", () => {
  const value = { name: "\u202e\u009b\u007f\u2028\ufeff::x ##[error]" };
  expect(JSON.parse(withoutWorkflowCommands(printable(JSON.stringify(value))))).toEqual(value);
});

describe("colored text", () => {
  test("keeps the colors that prune-lab sets", () => {
    const text = "\u001b[1mbold\u001b[22m \u001b[38;2;1;20;255mhex\u001b[39m \u001b[31mred\u001b[39m";
    expect(printableStyled(text)).toBe(text);
  });

  test.each(["\u001b[2J", "\u001b[8m", "\u001b[5m", "\u001b]0;title\u0007", "\u001b[1A", "\u001b[31"])(
    "shows %j instead of obeying it",
    (text) => {
      expect(printableStyled(text)).toBe(printable(text));
    },
  );
});

test.each([
  ["::error::injected", "\\u003a:error::injected"],
  ["fine\n  ::stop-commands::x", "fine\n  \\u003a:stop-commands::x"],
  ["a ##[error]b", "a \\u0023#[error]b"],
  ["a::b, # c, ## d", "a::b, # c, ## d"],
])("the workflow command in %j is text: %j", (text, shown) => {
  expect(withoutWorkflowCommands(text)).toBe(shown);
});
