// Prints a block of code of a page: node scripts/page-block.mjs PAGE LANGUAGE TEXT, the first one that holds the text.
import { readFileSync } from "node:fs";

const [page, language, text] = process.argv.slice(2);
const blocks = readFileSync(page, "utf8").matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, "gm"));
const block = [...blocks].find(([, code]) => code.includes(text));
if (block === undefined) throw new RangeError(`${page} has no block of ${language} that holds '${text}'`);
process.stdout.write(block[1]);
