#!/usr/bin/env node
/** Compiles the kernels with sanitizers of memory, of undefined behavior and of threads, and runs them. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const compiler = process.env.CC || "cc";
const folder = mkdtempSync(path.join(tmpdir(), "prune-lab-sanitize-"));
const flags = [
  "-std=gnu11",
  "-g1",
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
  // The longest first. What threads share does not depend on the length.
  const waiting = [
    ...(process.platform === "linux" ? [["thread", 16, "-O1", "-DHELPERS=3"]] : []),
    // 16 is what AVX-512 takes, 8 AVX, 4 all others and WebAssembly; the compiler emulates what the CPU lacks.
    ...[16, 8, 4].map((length) => ["address,undefined", length, "-O1"]),
  ];
  const lines = Array.from({ length: availableParallelism() }, async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await sanitize(...next);
  });
  await Promise.all(lines);
} catch (error) {
  process.stderr.write(error.stderr ?? `${error}\n`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
