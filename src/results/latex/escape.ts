/** What a character is in LaTeX's text mode, where it is not itself. */
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["\\", "\\textbackslash{}"],
  ["{", "\\{"],
  ["}", "\\}"],
  ["$", "\\$"],
  ["&", "\\&"],
  ["#", "\\#"],
  ["%", "\\%"],
  ["_", "\\_"],
  ["~", "\\textasciitilde{}"],
  ["^", "\\textasciicircum{}"],
  ["<", "\\textless{}"],
  [">", "\\textgreater{}"],
  ["|", "\\textbar{}"],
  // The command for it is not in every font encoding; the character is active in some languages.
  ['"', "\\char34{}"],
  ["`", "\\textasciigrave{}"],
  // At the start of a row these would be arguments of the line break before it.
  ["[", "{[}"],
  ["]", "{]}"],
  ["*", "{*}"],
  ["±", "$\\pm$"],
  ["×", "$\\times$"],
]);

/** A text as LaTeX prints it, letter by letter: no commands, no math, no dashes out of hyphens. */
export function escapeLatex(text: string): string {
  return [...text]
    .map((character) => ESCAPES.get(character) ?? character)
    .join("")
    .replaceAll(/-(?=-)/g, "-{}");
}
