/** The most that a message repeats of what somebody wrote, in characters. */
export const MOST_QUOTED = 100;

/**
 * What somebody wrote, in quotes, as a message shows it: on one line, invisible and control characters as `\u001b`, and
 * cut off where it is long. Whatever a message repeats of a user's input passes through here or through `excerpt`.
 */
export function quote(given: unknown): string {
  return `'${excerpt(textOf(given))}'`;
}

/** A mapping may have a `toString` of its own that is no function. */
function textOf(given: unknown): string {
  return typeof given === "object" && given !== null ? JSON.stringify(given) : String(given);
}

/** The same without the quotes. */
export function excerpt(text: string, most = MOST_QUOTED): string {
  // Cut first: what is escaped is then not too long to look through.
  const shown = visible(text.slice(0, most + 1));
  return text.length > most || shown.length > 2 * most ? `${shown.slice(0, most - 3)}...` : shown;
}

function visible(text: string): string {
  return text
    .replace(/\s/gu, " ")
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, (character) =>
      Array.from({ length: character.length }, (_, i) => escaped(character.charCodeAt(i))).join(""),
    );
}

function escaped(codeUnit: number): string {
  return `\\u${codeUnit.toString(16).padStart(4, "0")}`;
}

/** The most problems of one kind that an error lists. */
const MOST_LISTED = 20;

/** The first of a list of problems, and how many more there are. */
export function firstOf(lines: readonly string[], most = MOST_LISTED): readonly string[] {
  return lines.length <= most ? lines : [...lines.slice(0, most), `... and ${lines.length - most} more.`];
}
