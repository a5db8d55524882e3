/**
 * Whether a change of structure keeps every number: runs the shipped configs in this checkout and in another one, and
 * compares the tables and the data of the charts byte for byte. Both must be built (npm ci).
 *
 *     git worktree add ../before COMMIT && (cd ../before && npm ci)
 *     node scripts/same-numbers.mjs ../before
 *     node scripts/same-numbers.mjs ../before --engine kernels-native --data-dir data --config mnist-mlp
 *
 * Without options: every config in configs/, kernels-wasm, the bundled digits. Ends with 1 when something differs.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    engine: { type: "string", default: "kernels-wasm" },
    config: { type: "string", multiple: true },
    "data-dir": { type: "string" },
    set: { type: "string", multiple: true, default: [] },
  },
});
const [before] = positionals;
if (before === undefined) {
  console.error(
    "usage: node scripts/same-numbers.mjs OTHER-CHECKOUT [--engine E] [--config C] [--data-dir D] [--set S]",
  );
  process.exit(2);
}

const here = path.resolve(import.meta.dirname, "..");
const data = values["data-dir"];
const configs = values.config ?? shippedConfigs();
const scratch = mkdtempSync(path.join(os.tmpdir(), "same-numbers-"));
let different = 0;
try {
  for (const config of configs) {
    if (config.endsWith(".yaml") && !existsSync(path.resolve(before, config))) {
      console.log(`${config}: the other checkout has no such config`);
      continue;
    }
    const [then, now] = [path.resolve(before), here].map((checkout, i) => sweep(checkout, config, String(i)));
    const files = new Set([...then.keys(), ...now.keys()]);
    const unlike = [...files].filter((file) => then.get(file) !== now.get(file));
    different += unlike.length;
    console.log(`${config}: ${files.size - unlike.length} of ${files.size} files are the same`);
    for (const file of unlike) console.log(`  different: ${file}`);
  }
} finally {
  rmSync(scratch, { recursive: true });
}
process.exitCode = different === 0 ? 0 : 1;

/** By their paths: a config may have the name of another. */
function shippedConfigs() {
  return readdirSync(path.join(here, "configs"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".yaml"))
    .sort()
    .map((file) => path.join("configs", file));
}

/** The tables, without timings.csv, and the data of the charts that a checkout's program writes for its own config. */
function sweep(checkout, config, name) {
  const out = path.join(scratch, name);
  const settings = data === undefined ? ["dataset.source=bundled", ...values.set] : values.set;
  execFileSync(
    process.execPath,
    [
      path.join(checkout, "bin", "prune-lab.js"),
      "sweep",
      ...["--config", config, "--engine", values.engine, "--out", out, "--fresh", "--quiet"],
      ...(data === undefined ? [] : ["--data-dir", path.resolve(data)]),
      ...settings.flatMap((setting) => ["--set", setting]),
    ],
    { cwd: checkout, stdio: ["ignore", "ignore", "inherit"] },
  );
  const files = readdirSync(out, { recursive: true, encoding: "utf8" }).filter(
    (file) =>
      (/^[^/\\]+\.csv$/.test(file) && file !== "timings.csv") ||
      file.endsWith(".vl.json") ||
      file === "snapshots.json",
  );
  const content = files.sort().map((file) => [file, readFileSync(path.join(out, file), "utf8")]);
  rmSync(out, { recursive: true });
  return new Map(content);
}
