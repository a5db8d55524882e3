import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../src/foundations/paths.ts";

/** The order that CONTRIBUTING.md gives: each entry may import what stands below it, and itself. */
const order = [
  ...readFileSync(path.join(packageRoot, "CONTRIBUTING.md"), "utf8").matchAll(/^\| `src\/([\w.-]+)\/?` \|/gm),
].map(([, entry]) => entry as string);

const sources = readdirSync(path.join(packageRoot, "src"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.split(path.sep).join("/"));

const entryOf = (file: string) => file.split("/")[0] as string;

test("CONTRIBUTING.md lists every folder and file of src/, once", () => {
  expect([...order].sort()).toEqual([...new Set(sources.map(entryOf))].sort());
});

test("imports point down that list", () => {
  const upward = sources.flatMap((file) => {
    const text = readFileSync(path.join(packageRoot, "src", file), "utf8");
    const rank = order.indexOf(entryOf(file));
    return [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.{1,2}\/[^"]+)"/g)]
      .map(([, specifier]) => path.posix.join(path.posix.dirname(file), specifier as string))
      .filter((target) => order.indexOf(entryOf(target)) < rank)
      .map((target) => `${file} imports ${target}`);
  });
  expect(upward).toEqual([]);
});

test("tests stand where what they test stands", () => {
  /** Tests of pages, of all engines alike, of everything that reads what others wrote, and of what survives a fault. */
  const beside = ["docs", "engines/conformance", "faults", "fuzz"];
  const folders = new Set([...sources.map((file) => path.posix.dirname(file)), ...beside]);
  const astray = readdirSync(path.join(packageRoot, "test"), { recursive: true, encoding: "utf8" })
    .map((file) => file.split(path.sep).join("/"))
    .filter((file) => file.endsWith(".test.ts") && !folders.has(path.posix.dirname(file)));
  expect(astray).toEqual([]);
});

test("one file writes to the terminal", () => {
  const writers = sources.filter((file) =>
    /\bprocess\.(stdout|stderr)\b|\bconsole\.\w+\(|["'](node:)?(console|tty)["']/.test(
      readFileSync(path.join(packageRoot, "src", file), "utf8"),
    ),
  );
  expect(writers).toEqual(["commands/output.ts"]);
});
