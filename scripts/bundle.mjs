// Bundles the compiled modules of dist/ into dist/bundle/, a file for each of the program's parts and one for what they
// share: a start reads a few files in place of seven hundred, on the main thread and on every worker. docs/decisions/bundle.md
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const folder = path.join(root, "dist", "bundle");

const LICENSES = "LICENSES.txt";

/** What the program, a caller of the library, and threads and processes begin with; by the name of its file. */
const parts = {
  cli: "cli.js",
  index: "index.js",
  worker: "scheduling/threads/worker.js",
  "picture-process": "charts/rendering/picture-process.js",
  "tensorflow-host": "engines/tensorflow/host.js",
};

// What the package installs stays where npm puts it: it has files beside its code, or is loaded only where it is needed.
// All else is joined in. zod is installed for the types of the library alone.
const { dependencies, peerDependencies } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
const { zod: _, ...apart } = { ...dependencies, ...peerDependencies };

const bundle = await rolldown({
  input: Object.fromEntries(
    Object.entries(parts).map(([name, file]) => [name, path.join(root, "dist", file)]),
  ),
  platform: "node",
  external: (id) => Object.keys(apart).some((name) => id === name || id.startsWith(`${name}/`)),
});
const { output } = await bundle.write({ dir: folder, format: "esm", chunkFileNames: "[name]-[hash].js" });
writeFileSync(path.join(folder, LICENSES), licensesOf(output.flatMap(({ moduleIds = [] }) => moduleIds)));

const written = new Set([...output.map(({ fileName }) => fileName), LICENSES]);
for (const file of readdirSync(folder)) {
  if (!written.has(file)) rmSync(path.join(folder, file), { recursive: true });
}

/** The licenses of the packages that modules come from, as each package has it. Throws where one has none. */
function licensesOf(modules) {
  const packages = modules.flatMap((file) => file.match(/^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/) ?? []);
  const texts = [...new Set(packages)].map((folder) => {
    const { name, version } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    if (file === undefined) throw new Error(`${name} has no file with its license.`);
    return `${name} ${version}\n\n${readFileSync(path.join(folder, file), "utf8").trim()}\n`;
  });
  return texts.toSorted().join(`\n${"-".repeat(80)}\n\n`);
}
