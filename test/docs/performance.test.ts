import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { WASM_SPEED } from "../../src/engines/kernels/wasm-speed.ts";
import { packageRoot } from "../../src/foundations/paths.ts";

const page = (name: string) => readFileSync(path.join(packageRoot, "docs", name), "utf8");

/** The rows of a page's tables as their cells. */
const rowsOf = (markdown: string) =>
  markdown
    .split("\n")
    .map((line) => (line.startsWith("|") ? line.split("|").map((cell) => cell.trim()) : []));

/** What part of the native speed the WebAssembly kernels have, in every table of milliseconds a training step. */
function speeds(): number[] {
  const [, training = ""] = page("performance.md").split("## A training step");
  const [steps = ""] = training.split("\n## ");
  const rows = rowsOf(steps);
  const times = (name: string) =>
    rows.filter(([, first]) => first === name).map((cells) => cells.slice(2, -1));
  const wasm = times("WebAssembly");
  return times("native").flatMap((native, table) =>
    native.map((milliseconds, column) => Number(milliseconds) / Number(wasm[table]?.[column])),
  );
}

test("the speed of kernels-wasm that is told is that of the tables", () => {
  const found = speeds();
  expect(found).toHaveLength(20);
  const [least, most] = [Math.min(...found), Math.max(...found)].map((speed) => Math.round(100 * speed));
  expect(WASM_SPEED).toBe(`${least} to ${most}%`);
  expect(page("cluster.md")).toContain(`It trains at ${WASM_SPEED} of the speed of\n\`kernels-native\``);
});
