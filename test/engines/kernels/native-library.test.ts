import { execFile } from "node:child_process";
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { findCompiler } from "../../../src/engines/kernels/compiler.ts";
import { kernelsNative } from "../../../src/engines/kernels/index.ts";
import { packageRoot } from "../../../src/foundations/paths.ts";

const run = promisify(execFile);
const hasCompiler = (await findCompiler()) !== undefined;

let cache: string;
beforeEach(async () => {
  cache = await mkdtemp(path.join(tmpdir(), "prune-lab-kernels-"));
  vi.stubEnv("PRUNE_LAB_CACHE", cache);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(cache, { recursive: true });
});

/** The compiled library and its checksum, the only files in the cache. */
async function cachedFiles(): Promise<string[]> {
  const [folder, ...others] = await readdir(path.join(cache, "kernels"));
  expect(others).toEqual([]);
  const inside = path.join(cache, "kernels", folder ?? "");
  const names = (await readdir(inside)).sort();
  expect(names).toEqual(["prune_lab.so", "prune_lab.so.sha256"]);
  return names.map((name) => path.join(inside, name));
}

describe.runIf(hasCompiler)("with a compiler", () => {
  test("compiles once, and says so", async () => {
    const notices: string[] = [];
    const first = await kernelsNative.open((message) => notices.push(message));
    const again = await kernelsNative.open((message) => notices.push(message));
    expect(notices).toEqual([expect.stringMatching(/^Compiling the training kernels with .+ \(once\)/)]);
    expect(again.description).toEqual(first.description);
    expect(first.description.device).toMatch(/^CPU, .+, (gcc|clang) \d+\.\d+\.\d+/);
    await cachedFiles();
  });

  test("a cached file that is damaged or missing is compiled again", async () => {
    await kernelsNative.open(() => {});
    const [library = ""] = await cachedFiles();
    const intact = await readFile(library);
    const damages = [
      // Not written over: the operating system keeps the library of this process mapped.
      async () => rm(library).then(() => writeFile(library, intact.subarray(0, 5000))),
      async () => rm(library).then(() => writeFile(library, "not a library")),
      async () => rm(library),
    ];
    for (const damage of damages) {
      await damage();
      const notices: string[] = [];
      await kernelsNative.open((message) => notices.push(message));
      expect(notices).toHaveLength(1);
      expect((await readFile(library)).equals(intact)).toBe(true);
    }
  });

  test("processes that compile at once all get a whole library", async () => {
    const module = pathToFileURL(path.join(packageRoot, "dist", "engines", "kernels", "index.js")).href;
    const script = `const { kernelsNative } = await import(${JSON.stringify(module)});
      const engine = await kernelsNative.open(() => {});
      console.log(engine.description.identity);`;
    const outputs = await Promise.all(
      [1, 2].map(() => run(process.execPath, ["--input-type=module", "-e", script])),
    );
    expect(new Set(outputs.map(({ stdout }) => stdout)).size).toBe(1);
    await cachedFiles();
  });

  test("a compiler that fails is told, with what it said", async () => {
    const compiler = await fakeCompiler(`
      case "$*" in
        --version) echo "fakecc 1.0" ;;
        *-dM*) echo "#define __FAKE__ 1" ;;
        *) echo "prune_lab.c:3: error: out of cheese" >&2; exit 1 ;;
      esac`);
    vi.stubEnv("CC", compiler);
    await expect(kernelsNative.open(() => {})).rejects.toMatchObject({
      kind: "input",
      message: `${compiler} could not compile the training kernels: prune_lab.c:3: error: out of cheese`,
      hint: expect.stringContaining("--engine kernels-wasm"),
    });
  });

  test("a compiler that does not know -march=native is used without", async () => {
    const compiler = await fakeCompiler(`
      case "$*" in *native*) echo "error: unknown target CPU 'native'" >&2; exit 1 ;; esac
      exec cc "$@"`);
    vi.stubEnv("CC", compiler);
    const engine = await kernelsNative.open(() => {});
    expect(engine.description.device).toMatch(/SSE2|NEON|no vector/);
  });
});

test("without a compiler the engine is unavailable, with the remedy", async () => {
  vi.stubEnv("CC", undefined);
  vi.stubEnv("PATH", cache);
  const availability = await kernelsNative.check();
  expect(availability).toMatchObject({ available: false, reason: "there is no C compiler" });
  await expect(kernelsNative.open(() => {})).rejects.toMatchObject({
    kind: "input",
    message: "The engine kernels-native cannot run here: there is no C compiler.",
    hint: expect.stringContaining("Install one"),
  });
});

test("CC that names no compiler is told, and not replaced by another", async () => {
  vi.stubEnv("CC", "no-such-compiler");
  expect(await kernelsNative.check()).toEqual({
    available: false,
    reason: "the C compiler that CC names does not work: no-such-compiler",
    remedy: "Unset CC, or set it to gcc or clang.",
  });
});

/** A shell script in the place of a compiler. */
async function fakeCompiler(script: string): Promise<string> {
  const file = path.join(cache, "fakecc");
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}
