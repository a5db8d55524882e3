import { randomUUID } from "node:crypto";
import { chmod, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { inputError } from "../../foundations/errors.ts";
import { contentHash, sha256 } from "../../foundations/hash.ts";
import type { Notify } from "../../foundations/notices.ts";
import { packageRoot } from "../../foundations/paths.ts";
import { excerpt } from "../../foundations/quote.ts";
import { ABI } from "./abi.ts";
import { type Compiler, compilerName, runCompiler } from "./compiler.ts";
import { isIntact, libraryFolder, recordOf } from "./library-cache.ts";
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
 * The compiled kernels from the cache folder, compiled first if they are missing, damaged or of another source,
 * compiler or CPU. Processes may do so at once: each writes its own file and renames it into place. What is intact and
 * yet does not load is compiled once more.
 *
 * Throws a PruneLabError of kind `input` when the compiler fails, when what it made does not load, and when there is no
 * folder that is safe to load from.
 */
export async function openNativeLibrary(
  koffi: Koffi,
  compiler: Compiler,
  identity: string,
  notify: Notify,
): Promise<NativeLibrary> {
  const { folder, notice } = await libraryFolder(identity.slice(0, 16));
  if (notice !== undefined) notify(notice);
  const library = path.join(folder, "prune_lab.so");
  if (await isIntact(library)) {
    const loaded = tryLoading(koffi, library);
    if (!(loaded instanceof Error)) return loaded;
    notify(`${library} does not load (${loaded.message}).`);
  }
  notify(`Compiling the training kernels with ${compilerName(compiler)} (once) ...`);
  await compile(compiler, folder, library);
  const loaded = tryLoading(koffi, library);
  if (!(loaded instanceof Error)) return loaded;
  throw inputError(
    `What ${compiler.command} made of the training kernels does not load: ${loaded.message}.`,
    {
      hint: OTHERWISE,
      cause: loaded,
    },
  );
}

/** The library, or why it does not load. */
function tryLoading(koffi: Koffi, library: string): NativeLibrary | Error {
  try {
    return loadLibrary(koffi, library);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return new Error(excerpt(text.split("\n", 1)[0]?.replace(`${library}: `, "") ?? ""), { cause: error });
  }
}

const OTHERWISE = "Set CC to another C compiler (gcc 9 or newer, or clang), or use --engine kernels-wasm.";

async function compile(compiler: Compiler, folder: string, library: string): Promise<void> {
  const temporary = path.join(folder, `${randomUUID()}.tmp`);
  try {
    await runCompiler(compiler.command, [...flagsOf(compiler), "-o", temporary, mainSource]);
    await chmod(temporary, 0o700);
    const checksum = sha256(await readFile(temporary));
    await rename(temporary, library);
    await writeFile(temporary, checksum, { mode: 0o600 });
    await rename(temporary, recordOf(library));
  } catch (cause) {
    const text = cause instanceof Error && "stderr" in cause ? String(cause.stderr) : String(cause);
    const first = text.split("\n").find((line) => line.includes("error")) ?? text.split("\n")[0] ?? "";
    throw inputError(
      `${compiler.command} could not compile the training kernels: ${excerpt(first.trim(), 300)}`,
      {
        hint: OTHERWISE,
        cause,
      },
    );
  } finally {
    await rm(temporary, { force: true });
  }
}
