/** Control characters but tab and newline, and what reorders or breaks lines: text should show them, never obey them. */
const UNPRINTABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** The colors and weights that this program sets itself (SGR); no cursor, title or link, and nothing hidden. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const OWN_STYLE = /\u001b\[(?:[0-2]|2[2-4]|3[0-79]|39|9[0-7]|38;5;\d{1,3}|38;2;\d{1,3};\d{1,3};\d{1,3})m/g;

/**
 * Text as it may be shown, whoever wrote it: control characters and those that change the direction of text appear as
 * `\u001b`. Tabs and newlines stay. Text that was escaped already stays as it is; escaped JSON means the same.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escaped);
}

/** The same on one line: newlines and tabs are escaped too. */
export function printableLine(text: string): string {
  return printable(text).replace(/[\t\n]/g, escaped);
}

/** The same for text that this program has colored. */
export function printableStyled(text: string): string {
  let shown = "";
  let end = 0;
  for (const style of text.matchAll(OWN_STYLE)) {
    shown += printable(text.slice(end, style.index)) + style[0];
    end = style.index + style[0].length;
  }
  return shown + printable(text.slice(end));
}

/**
 * Text whose lines GitHub Actions takes for text: what would be a workflow command there (`::error::` at the start of a
 * line, `##[error]` anywhere) appears with its first character escaped.
 */
export function withoutWorkflowCommands(text: string): string {
  return text.replace(/^(\s*):(?=:)/gm, "$1\\u003a").replace(/#(?=#\[)/g, "\\u0023");
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
