// Bundles the compiled modules of dist/ into dist/bundle/, a file for each of the program's parts and one for what they
// share: a start reads a few files in place of seven hundred, on the main thread and on every worker. docs/decisions/bundle.md
import { readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const folder = path.join(root, "dist", "bundle");

/** What the program, a caller of the library, and threads and processes begin with; by the name of its file. */
const parts = {
  cli: "cli.js",
  index: "index.js",
  worker: "scheduling/threads/worker.js",
  "picture-process": "charts/rendering/picture-process.js",
  "tensorflow-host": "engines/tensorflow/host.js",
};

const { dependencies, peerDependencies } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
const packages = Object.keys({ ...dependencies, ...peerDependencies });

const bundle = await rolldown({
  input: Object.fromEntries(
    Object.entries(parts).map(([name, file]) => [name, path.join(root, "dist", file)]),
  ),
  platform: "node",
  // Packages stay where npm puts them, with their licenses.
  external: (id) => packages.some((name) => id === name || id.startsWith(`${name}/`)),
});
const { output } = await bundle.write({ dir: folder, format: "esm", chunkFileNames: "[name]-[hash].js" });

const written = new Set(output.map(({ fileName }) => fileName));
for (const file of readdirSync(folder)) {
  if (!written.has(file)) rmSync(path.join(folder, file), { recursive: true });
}
