// Prints a block of code of a page: node scripts/page-block.mjs PAGE LANGUAGE N, the N-th block (from 1) of a language.
import { readFileSync } from "node:fs";

const [page, language, n] = process.argv.slice(2);
const blocks = readFileSync(page, "utf8").matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, "gm"));
const block = [...blocks][Number(n) - 1];
if (block === undefined) throw new RangeError(`${page} has fewer than ${n} blocks of ${language}`);
process.stdout.write(block[1]);
