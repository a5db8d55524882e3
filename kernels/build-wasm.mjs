#!/usr/bin/env node
/**
 * Builds prune_lab.wasm from prune_lab.c with the pinned compiler of toolchain.txt, which it installs into a
 * virtual environment under the cache folder. With --check it builds elsewhere and compares byte for byte
 * with the committed file. Needs Python 3 with venv; users of prune-lab never run this.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import envPaths from "env-paths";

const kernels = import.meta.dirname;
const committed = path.join(kernels, "prune_lab.wasm");
const cache = process.env.PRUNE_LAB_CACHE || envPaths("prune-lab", { suffix: "" }).cache;

const FLAGS = [
  "--target=wasm32-freestanding",
  "-mcpu=generic+simd128+bulk_memory+sign_ext+nontrapping_fptoint",
  "-std=gnu11",
  "-O3",
  // No contraction: WebAssembly has no fused multiply-add, and none may appear by the compiler's own doing.
  "-ffp-contract=off",
  "-fno-math-errno",
  "-fno-trapping-math",
  "-fno-sanitize=all",
  "-fvisibility=hidden",
  "-nostdlib",
  "-g0",
  "-Wall",
  "-Wextra",
  "-Werror",
  "-Wl,--no-entry",
  "-Wl,--strip-all",
  "-Wl,-z,stack-size=131072",
  "-Wl,--export=__heap_base",
];

/** The Python of a virtual environment that has exactly the pinned compiler. */
function pinnedCompiler() {
  const requirements = path.join(kernels, "toolchain.txt");
  const hash = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 16);
  const folder = path.join(cache, "wasm-toolchain", hash);
  const python = (venv) =>
    process.platform === "win32"
      ? path.join(venv, "Scripts", "python.exe")
      : path.join(venv, "bin", "python");
  const complete = path.join(folder, "complete");
  if (!existsSync(complete)) {
    rmSync(folder, { recursive: true, force: true });
    execFileSync(process.platform === "win32" ? "python" : "python3", ["-m", "venv", folder]);
    const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"];
    const pinned = ["--only-binary", ":all:", "--require-hashes", "-r", requirements];
    execFileSync(python(folder), [...install, ...pinned], { stdio: "inherit" });
    writeFileSync(complete, "");
  }
  return python(folder);
}

function build() {
  const python = pinnedCompiler();
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(path.join(cache, "wasm-build-"));
  try {
    const output = path.join(folder, "prune_lab.wasm");
    // Relative paths from here: nothing of the checkout's place gets into the file.
    execFileSync(python, ["-m", "ziglang", "cc", ...FLAGS, "-o", output, "prune_lab.c"], {
      cwd: kernels,
      stdio: "inherit",
      env: { ...process.env, ZIG_LOCAL_CACHE_DIR: folder, ZIG_GLOBAL_CACHE_DIR: folder },
    });
    return readFileSync(output);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const built = build();
if (process.argv.includes("--check")) {
  const shipped = readFileSync(committed);
  if (!built.equals(shipped)) {
    console.error(
      `kernels/prune_lab.wasm (${sha256(shipped)}) is not what its source gives (${sha256(built)}).`,
    );
    console.error("Build it: node kernels/build-wasm.mjs");
    process.exit(1);
  }
  console.log(`kernels/prune_lab.wasm is what its source gives: ${sha256(built)}`);
} else {
  const temporary = `${committed}.tmp`;
  writeFileSync(temporary, built);
  renameSync(temporary, committed);
  console.log(`kernels/prune_lab.wasm: ${built.length} bytes, ${sha256(built)}`);
}
