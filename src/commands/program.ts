import { type AddHelpTextContext, type AddHelpTextPosition, Command } from "commander";
import { wrap } from "../foundations/wrap.ts";
import { helpColumns } from "./output.ts";

type HelpText = string | ((context: AddHelpTextContext) => string);

/** A command whose help fits the terminal: descriptions and texts are wrapped once, wherever their lines end in the code. */
export class Program extends Command {
  override createCommand(name?: string): Command {
    return new Program(name).helpCommand(false);
  }

  override addHelpText(position: AddHelpTextPosition, text: HelpText): this {
    return super.addHelpText(position, (context) => {
      const lines = typeof text === "string" ? text : text(context);
      return fitted(lines, helpColumns(context.error));
    });
  }
}

/** The narrowest column that a remark beside a command is wrapped into. */
const NARROWEST_REMARK = 24;

/**
 * Text in paragraphs and indented lines, for a width. Paragraphs are filled. Indented lines stay as they are where they
 * fit; else the remarks behind two spaces are wrapped in their column or go below, and a command is continued by `\`.
 */
export function fitted(text: string, columns: number): string {
  const blocks = text.split("\n").reduce<string[][]>((found, line) => {
    const last = found.at(-1);
    if (last !== undefined && kindOf(last[0] ?? "") === kindOf(line)) last.push(line);
    else found.push([line]);
    return found;
  }, []);
  return blocks
    .flatMap((block) => {
      switch (kindOf(block[0] ?? "")) {
        case "paragraph":
          return wrap(block.join(" "), columns);
        case "indented":
          return fittedBlock(block, columns);
        case "line":
          return block;
      }
    })
    .join("\n");
}

function kindOf(line: string): "paragraph" | "indented" | "line" {
  if (line.startsWith(" ")) return "indented";
  // Headings and sentences that begin a line of their own.
  return line === "" || /^[A-Z][\w ]{0,30}:$/.test(line) ? "line" : "paragraph";
}

function fittedBlock(block: readonly string[], columns: number): readonly string[] {
  if (block.every((line) => line.length <= columns)) return block;
  const parts = block.map(partsOf);
  const start = Math.max(...parts.map(({ remarkAt }) => remarkAt));
  const beside = columns - start >= NARROWEST_REMARK;
  return parts.flatMap(({ indent, main, remark, remarkAt }) => {
    const shown = mainLines(main, indent, columns);
    if (remark === "") return shown;
    const left = beside ? remarkAt : indent.length + 4;
    const lines = wrap(remark, columns - left).map((line) => " ".repeat(left) + line);
    if (!beside || shown.length > 1) return [...shown.filter((line) => line.trim() !== ""), ...lines];
    const [first = "", ...others] = lines;
    return [(shown[0] ?? "").padEnd(left) + first.trimStart(), ...others];
  });
}

/** A command or a name, and what is said of it behind two spaces. */
function partsOf(line: string) {
  const indent = /^ */.exec(line)?.[0] ?? "";
  const gap = / {2,}(?=\S)/.exec(line.slice(indent.length));
  if (indent.length > 4) return { indent, main: "", remark: line.trim(), remarkAt: indent.length };
  const end = gap === null ? line.length : indent.length + gap.index;
  const remarkAt = gap === null ? 0 : end + gap[0].length;
  return {
    indent,
    main: line.slice(indent.length, end),
    remark: gap === null ? "" : line.slice(remarkAt),
    remarkAt,
  };
}

/** A command is broken before flags, so that what is copied runs. */
function mainLines(main: string, indent: string, columns: number): string[] {
  const width = columns - indent.length - 2;
  if (main.length <= width || !/^(\$ )?prune-lab /.test(main)) {
    return wrap(main, width).map((line, i) => indent + (i === 0 ? "" : "  ") + line);
  }
  const lines: string[] = [];
  const pieces = main
    .split(/ (?=-)/)
    .flatMap((piece) => (piece.length > width - 2 ? wrap(piece, width - 4) : [piece]));
  for (const piece of pieces) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + piece.length + 3 <= width)
      lines[lines.length - 1] = `${last} ${piece}`;
    else lines.push(lines.length === 0 ? piece : `  ${piece}`);
  }
  return lines.map((line, i) => `${indent}${line}${i < lines.length - 1 ? " \\" : ""}`);
}
