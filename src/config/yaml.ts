import * as yaml from "yaml";
import { excerpt } from "../foundations/quote.ts";

/** Characters of a config: room for ten thousand seeds, and read in a second. */
const MOST_CHARACTERS = 2 ** 18;

/** Aliases of a document; each may stand for as much as its anchor. */
const MOST_ALIASES = 1000;

/** Lists and mappings within one another. */
const MOST_DEPTH = 100;

/** What is wrong with a document, and where (an offset in its text; undefined for the whole). */
export class YamlProblem extends Error {
  readonly offset: number | undefined;

  constructor(message: string, offset?: number) {
    super(message);
    this.offset = offset;
  }
}

/** The documents of a text. Throws a YamlProblem for one that would take the parser too long, or end it. */
export function parseYaml(text: string, lineCounter?: yaml.LineCounter) {
  // The lines that an error is in are known before the text is parsed.
  lineCounter?.addNewLine(0);
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lineCounter?.addNewLine(at + 1);
  checkText(text);
  return yaml.parseAllDocuments(text, { prettyErrors: false });
}

/**
 * The parser calls itself for what is within something else, and near the end of the stack the process can end. So the
 * nesting is measured beforehand, by the tokens: brackets, and what opens lists and mappings at the start of a line.
 */
function checkText(text: string): void {
  if (text.length > MOST_CHARACTERS) {
    throw new YamlProblem(`it has ${text.length} characters, and at most ${MOST_CHARACTERS} are read.`);
  }
  let offset = 0;
  let brackets = 0;
  let indicators = 0;
  let indentation = 0;
  let startsLine = true;
  for (const token of new yaml.Lexer().lex(text)) {
    if (token === "[" || token === "{") brackets++;
    else if (token === "]" || token === "}") brackets--;
    else if (token === "-" || token === "?" || token === ":") indicators++;
    else if (token === "," || token.endsWith("\n")) indicators = 0;
    else if (startsLine && token.startsWith(" ")) indentation = token.length;
    startsLine = token.endsWith("\n");
    if (brackets > MOST_DEPTH || indicators > MOST_DEPTH || indentation > 2 * MOST_DEPTH) {
      throw new YamlProblem(TOO_DEEP, offset);
    }
    if (!MARKERS.includes(token)) offset += token.length;
  }
}

/** Tokens that the lexer adds. */
const MARKERS = ["\u0002", "\u0018", "\u001f"];

const TOO_DEEP = `there are more than ${MOST_DEPTH} lists and mappings within one another.`;

/**
 * A parsed document as plain data. Throws a YamlProblem for an alias without an anchor before it, one within its own
 * anchor, aliases that multiply beyond measure, and what is nested beyond measure.
 */
export function yamlData(document: yaml.Document): unknown {
  let aliases = 0;
  const anchors = new Set<string>();
  yaml.visit(document, {
    Node: (_key, node, path) => {
      const offset = node.range?.[0];
      if (path.length > 2 * MOST_DEPTH) throw new YamlProblem(TOO_DEEP, offset);
      if (!yaml.isAlias(node)) {
        if (node.anchor !== undefined) anchors.add(node.anchor);
        return;
      }
      aliases++;
      if (aliases > MOST_ALIASES)
        throw new YamlProblem(`there are more than ${MOST_ALIASES} aliases.`, offset);
      const name = excerpt(node.source);
      if (!anchors.has(node.source)) {
        throw new YamlProblem(`not valid YAML: there is no anchor &${name} before *${name}.`, offset);
      }
      const within = path.some(
        (above) => yaml.isNode(above) && "anchor" in above && above.anchor === node.source,
      );
      if (within) throw new YamlProblem(`*${name} stands for something that it is part of.`, offset);
    },
  });
  try {
    return document.toJS();
  } catch (error) {
    // The library's own limit for aliases of aliases of aliases.
    throw new YamlProblem(excerpt(error instanceof Error ? error.message : String(error)));
  }
}
