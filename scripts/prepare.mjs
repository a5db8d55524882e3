// Runs on `npm install` and `npm ci`: builds dist/ when the compiler is there, and never fails the install.
// Incremental, because npm 11 runs it again on the first npx.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
let compiler;
try {
  compiler = path.join(
    path.dirname(createRequire(import.meta.url).resolve("typescript/package.json")),
    "bin",
    "tsc",
  );
} catch {
  // Installed without development packages (NODE_ENV=production): bin/prune-lab.js says what to run.
}
if (compiler !== undefined) {
  const { status } = spawnSync(process.execPath, [compiler, "-p", "tsconfig.build.json"], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) console.error("prune-lab: the build failed; run 'npm run build' to see why.");
}
