/**
 * Texts from the data as Vega and XML can take them. A name may be anything: what a table that someone edited holds is
 * drawn too.
 */

/** Vega keeps groups in plain objects by the text of their key: there, these names find what every object has. */
const INHERITED: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

/** Stands behind such a name while Vega draws; a noncharacter, which no name has. */
const GUARD = "\uFDD0";

/** A text whose control characters are replaced by their symbols (U+2400 and on), so that a picture with it is XML. */
export function printable(text: string): string {
  return text.replace(/\p{Control}|\p{Surrogate}|[\uFFFE\uFFFF]/gu, (character) => {
    const code = character.charCodeAt(0);
    // XML holds line ends, tabs, and what follows ASCII.
    if (/[\t\n\r\x7F-\x9F]/.test(character)) return character;
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : "\uFFFD";
  });
}

/** A copy of a specification, data included, all texts of which Vega can draw. */
export function guarded<Value>(value: Value): Value {
  if (typeof value === "string") return (INHERITED.has(value) ? value + GUARD : printable(value)) as Value;
  if (Array.isArray(value)) return value.map(guarded) as Value;
  if (typeof value !== "object" || value === null) return value;
  if (Object.getPrototypeOf(value) !== Object.prototype) return structuredClone(value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, guarded(item)])) as Value;
}

/** The names as they were, in what Vega drew of a guarded specification. */
export function unguarded(drawn: string): string {
  return drawn.replaceAll(GUARD, "");
}
