import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { inputError } from "../../foundations/errors.ts";
import { contentHash, sha256 } from "../../foundations/hash.ts";
import type { Notify } from "../../foundations/notices.ts";
import { cacheFolder, packageRoot } from "../../foundations/paths.ts";
import { ABI } from "./abi.ts";
import { type Compiler, compilerName, runCompiler } from "./compiler.ts";
import { type Koffi, loadLibrary, type NativeLibrary } from "./native-instance.ts";

const sourceFolder = path.join(packageRoot, "kernels");
const mainSource = path.join(sourceFolder, "prune_lab.c");

const FLAGS = [
  "-std=gnu11",
  "-O3",
  "-ffp-contract=fast",
  "-fno-math-errno",
  "-fno-trapping-math",
  "-fvisibility=hidden",
  "-shared",
  "-fPIC",
  // gcc would otherwise split 64-byte vectors for some CPUs, and warn about their calling convention.
  "-Wno-psabi",
];

/** Everything that the numbers of a native build depend on. */
export async function nativeIdentity(compiler: Compiler): Promise<string> {
  const names = (await readdir(path.join(sourceFolder, "src"))).sort();
  const files = [mainSource, ...names.map((name) => path.join(sourceFolder, "src", name))];
  const sources = await Promise.all(files.map(async (file) => sha256(await readFile(file))));
  return contentHash({
    abi: ABI,
    sources,
    compiler: compiler.version,
    macros: compiler.macros,
    flags: flagsOf(compiler),
    platform: [process.platform, process.arch],
  });
}

function flagsOf(compiler: Compiler): string[] {
  const wide = compiler.macros.includes("#define __AVX512F__ ") ? ["-mprefer-vector-width=512"] : [];
  return [...FLAGS, ...compiler.targetFlags, ...wide];
}

/**
 * The compiled kernels from the cache folder, compiled first if they are missing, broken or of another source,
 * compiler or CPU. Processes may do so at once: each writes its own file and renames it into place.
 * Throws a PruneLabError of kind `input` when the compiler fails.
 */
export async function openNativeLibrary(
  koffi: Koffi,
  compiler: Compiler,
  identity: string,
  notify: Notify,
): Promise<NativeLibrary> {
  const folder = path.join(cacheFolder(), "kernels", identity.slice(0, 16));
  const library = path.join(folder, "prune_lab.so");
  if (!(await isIntact(library))) {
    notify(`Compiling the training kernels with ${compilerName(compiler)} (once) ...`);
    await compile(compiler, folder, library);
  }
  return loadLibrary(koffi, library);
}

/** Loading a damaged library can end the process, so its checksum, kept beside it, is compared first. */
async function isIntact(library: string): Promise<boolean> {
  try {
    return (await readFile(`${library}.sha256`, "utf8")) === sha256(await readFile(library));
  } catch {
    return false;
  }
}

async function compile(compiler: Compiler, folder: string, library: string): Promise<void> {
  const temporary = path.join(folder, `${randomUUID()}.tmp`);
  try {
    await mkdir(folder, { recursive: true });
    await runCompiler(compiler.command, [...flagsOf(compiler), "-o", temporary, mainSource]);
    const checksum = sha256(await readFile(temporary));
    await rename(temporary, library);
    await writeFile(temporary, checksum);
    await rename(temporary, `${library}.sha256`);
  } catch (cause) {
    const text = cause instanceof Error && "stderr" in cause ? String(cause.stderr) : String(cause);
    const first = text.split("\n").find((line) => line.includes("error")) ?? text.split("\n")[0] ?? "";
    throw inputError(`${compiler.command} could not compile the training kernels: ${first.trim()}`, {
      hint: "Set CC to another C compiler (gcc 9 or newer, or clang), or use --engine kernels-wasm.",
      cause,
    });
  } finally {
    await rm(temporary, { force: true });
  }
}
