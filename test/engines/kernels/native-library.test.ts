import { execFile } from "node:child_process";
import { chmod, chown, copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { findCompiler } from "../../../src/engines/kernels/compiler.ts";
import { kernelsNative } from "../../../src/engines/kernels/index.ts";
import { openEngine } from "../../../src/engines/registry.ts";
import { sha256 } from "../../../src/foundations/hash.ts";
import { packageRoot } from "../../../src/foundations/paths.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

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

/** In a process of its own: a library that this one has loaded is not loaded again. */
async function openInProcess(): Promise<{ readonly identity: string; readonly notices: readonly string[] }> {
  const module = pathToFileURL(path.join(packageRoot, "dist", "engines", "kernels", "index.js")).href;
  const script = `const { kernelsNative } = await import(${JSON.stringify(module)});
    const notices = [];
    const engine = await kernelsNative.open((notice) => notices.push(notice));
    console.log(JSON.stringify({ identity: engine.description.identity, notices }));`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script]);
  return JSON.parse(stdout);
}

describe.runIf(hasCompiler)("with a compiler", () => {
  test("compiles once, and says so", async () => {
    const notices: string[] = [];
    const first = await kernelsNative.open((message) => notices.push(message));
    const again = await kernelsNative.open((message) => notices.push(message));
    expect(notices).toEqual([expect.stringMatching(/^Compiling the training kernels with .+ \(once\)/)]);
    expect(again.description).toEqual(first.description);
    expect(first.description.device).toMatch(/^CPU, .+, (gcc|clang) \d+\.\d+\.\d+/);
    const [library = ""] = await cachedFiles();
    const kept = path.join(await temporaryFolder(), "prune_lab.so");
    compiled ??= copyFile(library, kept).then(() => kept);
  });

  test("a cached file that is damaged or missing is compiled again", async () => {
    await quickCompiler();
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

  test("a library that does not load is compiled again, although its record fits", async () => {
    await quickCompiler();
    await kernelsNative.open(() => {});
    const [library = "", record = ""] = await cachedFiles();
    const intact = await readFile(library);
    for (const bytes of [0, 100, 20_000, intact.length - 1]) {
      const damaged = intact.subarray(0, bytes);
      await rm(library);
      await writeFile(library, damaged);
      await writeFile(record, sha256(damaged));
      await openInProcess();
      expect((await readFile(library)).equals(intact), `after ${bytes} bytes`).toBe(true);
    }
    await rm(library);
    await writeFile(library, "no library");
    await writeFile(record, sha256("no library"));
    expect((await openInProcess()).notices).toEqual([
      expect.stringMatching(/^\S+prune_lab\.so does not load \(.+\)\.$/),
      expect.stringMatching(/^Compiling the training kernels/),
    ]);
  });

  test("a compiler that makes what does not load is told, and the other build taken", async () => {
    const compiler = await fakeCompiler(`
      case "$*" in
        --version) echo "fakecc 1.0" ;;
        *-dM*) echo "#define __FAKE__ 1" ;;
        *) while [ "$1" != -o ]; do shift; done; echo nothing > "$2" ;;
      esac`);
    vi.stubEnv("CC", compiler);
    await expect(kernelsNative.open(() => {})).rejects.toMatchObject({
      kind: "input",
      message: expect.stringMatching(/^What \S+fakecc made of the training kernels does not load: ./),
      hint: expect.stringContaining("--engine kernels-wasm"),
    });
    const notices: string[] = [];
    const engine = await openEngine("kernels", (message) => notices.push(message));
    expect(engine.description.name).toBe("kernels-wasm");
    expect(notices.at(-1)).toMatch(/^Using the engine kernels-wasm\. What \S+fakecc made .* does not load/);
  });

  test("processes that compile at once all get a whole library", async () => {
    // Slowly enough that each finds what the other has not finished.
    await quickCompiler('head -c 50000 $compiled >"$2"; sleep 0.5; tail -c +50001 $compiled >>"$2"');
    const opened = await Promise.all([1, 2].map(openInProcess));
    expect(new Set(opened.map(({ identity }) => identity)).size).toBe(1);
    const [library = ""] = await cachedFiles();
    expect((await readFile(library)).equals(await readFile(await compiledOnce()))).toBe(true);
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

/** The cache folder cannot be used: the kernels go to the temporary files, and it is told why. */
async function openInTemporaryFolder(reason: RegExp): Promise<void> {
  const temporary = await temporaryFolder();
  const before = process.env.TMPDIR;
  vi.stubEnv("TMPDIR", temporary);
  try {
    const notices: string[] = [];
    await kernelsNative.open((message) => notices.push(message));
    expect(notices[0]).toMatch(
      new RegExp(
        `^The compiled kernels are kept in ${temporary}\\S+, not in the cache folder: .*${reason.source}`,
      ),
    );
    const [folder = ""] = await readdir(temporary);
    expect((await stat(path.join(temporary, folder))).mode & 0o777).toBe(0o700);
  } finally {
    vi.stubEnv("TMPDIR", before);
  }
}

describe.runIf(hasCompiler && process.platform !== "win32")("a cache that others can write to", () => {
  beforeEach(() => quickCompiler());

  const foldersOf = async () => {
    const [build = ""] = await readdir(path.join(cache, "kernels"));
    return [cache, path.join(cache, "kernels"), path.join(cache, "kernels", build)];
  };
  const open = async (folders: readonly string[]) => {
    for (const folder of folders) await chmod(folder, 0o755);
  };

  test("is not used, and told", async () => {
    await kernelsNative.open(() => {});
    const folders = await foldersOf();
    for (const folder of folders) {
      await open(folders);
      await chmod(folder, 0o777);
      await openInTemporaryFolder(/can be changed by every user of this machine/);
    }
  });

  test.runIf(process.getuid?.() === 0)("is not used when it belongs to another user", async () => {
    await kernelsNative.open(() => {});
    const folders = await foldersOf();
    await open(folders);
    await chown(folders[2] ?? "", 65_534, 65_534);
    await openInTemporaryFolder(/belongs to another user \(number 65534\)/);
  });

  test.runIf(process.getuid?.() === 0)("a library of another user's is not loaded but replaced", async () => {
    await kernelsNative.open(() => {});
    const [library = ""] = await cachedFiles();
    await chown(library, 65_534, 65_534);
    const notices: string[] = [];
    await kernelsNative.open((message) => notices.push(message));
    expect(notices).toHaveLength(1);
    expect((await stat(library)).uid).toBe(0);
  });

  test("is made so that it is none, whatever the umask", async () => {
    const before = process.umask(0);
    try {
      await kernelsNative.open(() => {});
    } finally {
      process.umask(before);
    }
    for (const folder of (await foldersOf()).slice(1)) expect((await stat(folder)).mode & 0o777).toBe(0o700);
    for (const file of await cachedFiles()) expect((await stat(file)).mode & 0o022).toBe(0);
  });

  test("that is a file, or takes no folder, does not stop a sweep", async () => {
    const file = path.join(cache, "file");
    await writeFile(file, "");
    vi.stubEnv("PRUNE_LAB_CACHE", file);
    await openInTemporaryFolder(/cannot be made or written to \(ENOTDIR\)/);
    if (process.platform !== "linux") return;
    vi.stubEnv("PRUNE_LAB_CACHE", "/proc/self/cache");
    await openInTemporaryFolder(/cannot be made or written to \((ENOENT|EPERM)\)/);
  });

  test("without any safe place the other build is taken, which is told", async () => {
    const file = path.join(cache, "file");
    await writeFile(file, "");
    vi.stubEnv("PRUNE_LAB_CACHE", file);
    vi.stubEnv("TMPDIR", file);
    await expect(kernelsNative.open(() => {})).rejects.toMatchObject({
      kind: "input",
      message: expect.stringMatching(/^There is no safe place for compiled kernels: /),
      hint: expect.stringContaining("PRUNE_LAB_CACHE"),
    });
    const notices: string[] = [];
    const engine = await openEngine("kernels", (message) => notices.push(message));
    expect(engine.description.name).toBe("kernels-wasm");
    expect(notices).toEqual([
      expect.stringMatching(/^Using the engine kernels-wasm\. There is no safe place/),
    ]);
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

/** Answers as the real one does, and compiles at once, because it did so before: `write` puts $compiled into "$2". */
async function quickCompiler(write = 'cp $compiled "$2"'): Promise<void> {
  const compiled = await compiledOnce();
  const compiler = await fakeCompiler(`
    compiled=${compiled}
    case "$*" in
      --version | *-dM*) exec cc "$@" ;;
      *) while [ "$1" != -o ]; do shift; done; ${write} ;;
    esac`);
  vi.stubEnv("CC", compiler);
}

let compiled: Promise<string> | undefined;
function compiledOnce(): Promise<string> {
  compiled ??= (async () => {
    const folder = await temporaryFolder();
    vi.stubEnv("PRUNE_LAB_CACHE", folder);
    await kernelsNative.open(() => {});
    vi.stubEnv("PRUNE_LAB_CACHE", cache);
    const [build = ""] = await readdir(path.join(folder, "kernels"));
    return path.join(folder, "kernels", build, "prune_lab.so");
  })();
  return compiled;
}

/** A shell script in the place of a compiler. */
async function fakeCompiler(script: string): Promise<string> {
  const file = path.join(cache, "fakecc");
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}
