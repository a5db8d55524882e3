#!/usr/bin/env node
/** Compiles the kernels with AddressSanitizer and UndefinedBehaviorSanitizer for each vector length, and runs them. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const compiler = process.env.CC || "cc";
const folder = mkdtempSync(path.join(tmpdir(), "prune-lab-sanitize-"));
const flags = ["-std=gnu11", "-O1", "-g", "-fno-math-errno", "-Wall", "-Wextra", "-Wno-psabi", "-Werror"];
const sanitizers = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"];
try {
  // 16 is what AVX-512 takes, 8 AVX, 4 all others and WebAssembly; the compiler emulates what the CPU lacks.
  for (const length of [4, 8, 16]) {
    const program = path.join(folder, `driver-${length}`);
    const source = path.join(import.meta.dirname, "driver.c");
    execFileSync(compiler, [...flags, ...sanitizers, `-DVL=${length}`, "-o", program, source], { stdio: "inherit" });
    execFileSync(program, { stdio: "inherit" });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
