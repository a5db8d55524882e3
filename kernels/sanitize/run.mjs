#!/usr/bin/env node
/** Compiles the kernels with sanitizers of memory, of undefined behavior and of threads, and runs them. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const compiler = process.env.CC || "cc";
const folder = mkdtempSync(path.join(tmpdir(), "prune-lab-sanitize-"));
const flags = [
  "-std=gnu11",
  "-g",
  "-fno-math-errno",
  "-Wall",
  "-Wextra",
  "-Wno-psabi",
  "-Werror",
  "-pthread",
];
const checks = ["-fno-sanitize-recover=all", "-fno-omit-frame-pointer"];

async function sanitize(sanitizers, vectorLength, ...more) {
  const program = path.join(folder, `driver-${sanitizers}-${vectorLength}`);
  const source = path.join(import.meta.dirname, "driver.c");
  const options = [...flags, ...checks, ...more, `-fsanitize=${sanitizers}`, `-DVL=${vectorLength}`];
  await run(compiler, [...options, "-o", program, source]);
  process.stdout.write((await run(program)).stdout);
}

try {
  // 16 is what AVX-512 takes, 8 AVX, 4 all others and WebAssembly; the compiler emulates what the CPU lacks.
  // Long ones take longer to optimize than they then run.
  await Promise.all(
    [4, 8, 16].map((length) => sanitize("address,undefined", length, length === 16 ? "-O0" : "-O1")),
  );
  // What threads share does not depend on the length.
  if (process.platform === "linux") await sanitize("thread", 16, "-O1", "-DHELPERS=3");
} catch (error) {
  process.stderr.write(error.stderr ?? `${error}\n`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
