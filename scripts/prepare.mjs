// Runs on `npm install` and `npm ci`: builds dist/ when the compiler is there, and never fails the install.
// Incremental, because npm 11 runs it again on the first npx.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const compiler = findCompiler();
// Installed without development packages (NODE_ENV=production): bin/prune-lab.js says what to run.
if (compiler !== undefined) {
  const built = run(compiler, "-p", "tsconfig.build.json") && run(path.join("scripts", "bundle.mjs"));
  if (!built) console.error("prune-lab: the build failed; run 'npm run build' to see why.");
}

function findCompiler() {
  try {
    const manifest = createRequire(import.meta.url).resolve("typescript/package.json");
    return path.join(path.dirname(manifest), "bin", "tsc");
  } catch {
    return undefined;
  }
}

function run(...program) {
  return spawnSync(process.execPath, program, { cwd: root, stdio: "inherit" }).status === 0;
}
