import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { findCompiler, runCompiler } from "../dist/engines/kernels/compiler.js";

/** Multiply-adds a second that one core reaches without memory, by bench/peak.c; undefined without a C compiler. */
export async function measurePeak() {
  const compiler = await findCompiler();
  if (compiler === undefined) return undefined;
  const folder = mkdtempSync(path.join(os.tmpdir(), "prune-lab-peak-"));
  try {
    const program = path.join(folder, "peak");
    const wide = compiler.macros.includes("#define __AVX512F__ ") ? ["-mprefer-vector-width=512"] : [];
    const flags = ["-std=gnu11", "-O3", "-ffp-contract=fast", "-Wno-psabi", ...compiler.targetFlags, ...wide];
    await runCompiler(compiler.command, [...flags, "-o", program, path.join(import.meta.dirname, "peak.c")]);
    return Number(execFileSync(program, { encoding: "utf8" }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
