import type { Command } from "commander";
import { afterEach, expect, test } from "vitest";
import { registerCommands } from "../../src/commands/index.ts";
import { fitted, Program } from "../../src/commands/program.ts";

const asked = process.env.COLUMNS;
afterEach(() => {
  if (asked === undefined) delete process.env.COLUMNS;
  else process.env.COLUMNS = asked;
});

/** The help of every command, by its name. */
function helpTexts(columns: number): Map<string, string> {
  process.env.COLUMNS = String(columns);
  const program = new Program("prune-lab").configureHelp({ minWidthToWrap: 20 });
  const texts = new Map<string, string>();
  let text = "";
  program.configureOutput({
    getOutHelpWidth: () => columns,
    writeOut: (part) => {
      text += part;
    },
  });
  registerCommands(program);
  const visit = (command: Command, path: string) => {
    text = "";
    command.outputHelp();
    texts.set(path, text);
    for (const inner of command.commands) visit(inner, `${path} ${inner.name()}`);
  };
  visit(program, "prune-lab");
  return texts;
}

test.each([60, 80, 120])("help fits %d columns and is wrapped once", (columns) => {
  for (const [command, text] of helpTexts(columns)) {
    const lines = text.split("\n");
    for (const line of lines) expect(line.length, `${command}: ${line}`).toBeLessThanOrEqual(columns);
    // Text that was wrapped before it was wrapped leaves a short line in the middle of a paragraph.
    lines.forEach((line, i) => {
      const next = lines[i + 1] ?? "";
      if (!/^\w/.test(line) || !/^\w/.test(next) || /^[A-Z][\w ]*:/.test(line)) return;
      const word = next.split(" ")[0] ?? "";
      expect(line.length + 1 + word.length, `${command}: ${line}`).toBeGreaterThan(columns);
    });
  }
});

test("commands are broken so that they can be copied, and remarks stay in their column as long as it is wide enough", () => {
  const text = [
    "A sentence that is longer",
    "than the width.",
    "Examples:",
    "  $ prune-lab sweep --config mnist-mlp --set 'seeds=[0]' --out results/quick",
    "  NAME    what it says, at some length and with more words",
  ].join("\n");
  expect(fitted(text, 45).split("\n")).toEqual([
    "A sentence that is longer than the width.",
    "Examples:",
    "  $ prune-lab sweep --config mnist-mlp \\",
    "    --set 'seeds=[0]' --out results/quick",
    "  NAME    what it says, at some length and",
    "          with more words",
  ]);
  expect(fitted(text, 200)).toBe(text.replace("longer\nthan", "longer than"));
});
