import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { sha256 } from "../../foundations/hash.ts";
import { bundledFile } from "../../foundations/paths.ts";
import { readFont } from "./font.ts";

/** What charts are laid out with, made pixels of, and given their font by. */
const PACKAGES = ["vega", "vega-lite", "@resvg/resvg-wasm", "subset-font"] as const;

/**
 * SHA-256 of all that decides a picture beside its specification: this program, the packages that it draws with, the font,
 * and Node, whose zlib packs the pixels.
 */
export async function rendererIdentity(): Promise<string> {
  const folder = path.dirname(bundledFile("picture-process"));
  const parts = (await readdir(folder)).filter((name) => name.endsWith(".js")).sort();
  const contents = await Promise.all([
    readFont(),
    ...parts.map((name) => readFile(path.join(folder, name))),
    ...PACKAGES.map(packageFile),
  ]);
  return sha256([process.version, ...contents.map((content) => sha256(content))].join("\n"));
}

/** The package.json of an installed package: its version is in it. */
async function packageFile(name: string): Promise<Uint8Array> {
  const entry = fileURLToPath(import.meta.resolve(name));
  const inside = path.normalize(`/node_modules/${name}/`);
  const folder = entry.slice(0, entry.lastIndexOf(inside) + inside.length);
  return readFile(path.join(folder, "package.json"));
}
