import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rename, rm, rmdir, stat, statfs, writeFile } from "node:fs/promises";
import path from "node:path";
import { createFolder } from "../../../foundations/create-folder.ts";
import { failure, inputError, PruneLabError, systemErrorCode } from "../../../foundations/errors.ts";
import { lockFolder } from "../../../foundations/folder-lock.ts";
import { contentHash, sha256 } from "../../../foundations/hash.ts";
import type { Notify } from "../../../foundations/notices.ts";
import { cacheFolder, packageRoot } from "../../../foundations/paths.ts";
import type { TransferProgress } from "../../../foundations/transfer.ts";
import { describeDevice } from "../device.ts";
import { HostProcess } from "../host-process.ts";
import {
  installationIn,
  PACKAGE,
  RECORD_FILE,
  readRecord,
  type SetupRecord,
  setupFolder,
  type Variant,
} from "../installation.ts";
import { compileBinding } from "./compile.ts";
import { downloadWheel } from "./download.ts";
import { packageIndex } from "./pip.ts";
import { findTools, runTool, ToolFailure, type Tools } from "./tools.ts";
import { linkLibraries, unpackWheel } from "./unpack.ts";
import { INSTALLED_BYTES, sizeText, type Wheel, wheels } from "./wheels.ts";

/** Everything that an installation is made of, each part known by a checksum. */
export interface Pins {
  /** A folder with the package.json and package-lock.json of what npm installs. */
  readonly npm: string;
  /** About what npm downloads. */
  readonly npmBytes: number;
  readonly wheels: readonly Wheel[];
  readonly installedBytes: number;
}

export interface SetUpOptions {
  readonly variant: Variant;
  readonly pins?: Pins;
  readonly notify: Notify;
  readonly onProgress: (file: string, progress: TransferProgress) => void;
  /** Aborting ends the set-up with a PruneLabError of kind `interrupted`; what was downloaded is kept. */
  readonly signal: AbortSignal;
}

export interface SetUpResult {
  readonly folder: string;
  /** What it runs on; undefined when it was installed already. */
  readonly device: string | undefined;
}

export function pinsOf(variant: Variant): Pins {
  return {
    npm: path.join(packageRoot, "assets", "tensorflow", "npm"),
    npmBytes: 75e6,
    wheels: wheels[variant],
    installedBytes: INSTALLED_BYTES[variant],
  };
}

/**
 * Installs the TensorFlow engine in the cache folder: completely or not at all. Does nothing when the same is there.
 * Throws a PruneLabError that says what is missing or failed; another attempt continues the downloads.
 */
export async function setUpTensorFlow(options: SetUpOptions): Promise<SetUpResult> {
  const { variant, notify, signal } = options;
  const pins = options.pins ?? pinsOf(variant);
  const record: SetupRecord = { variant, pins: await hashOf(pins) };
  const folder = setupFolder();
  if (isInstalled(record)) return { folder, device: undefined };

  // 1. What it takes: a platform, three programs, space.
  requirePlatform();
  const tools = await findTools();
  const bytes = pins.wheels.reduce((sum, wheel) => sum + wheel.bytes, pins.npmBytes);
  notify(
    `TensorFlow for ${variant === "cuda" ? "CUDA" : "the CPU"}: downloads ${sizeText(bytes)} and takes ` +
      `${sizeText(pins.installedBytes)} in ${folder}.`,
  );
  return inWorkFolder(async (work) => {
    if (isInstalled(record)) return { folder, device: undefined };
    const downloads = path.join(work, "downloads");
    await mkdir(downloads, { recursive: true });
    await requireSpace(work, bytes + pins.installedBytes - (await bytesIn(downloads)));

    // 2. The files, which stay for the next attempt if anything fails.
    const index = await packageIndex(tools.python);
    const context = { ...options, python: tools.python, index, folder: downloads };
    const files: string[] = [];
    for (const wheel of pins.wheels) files.push(await downloadWheel(wheel, context));

    // 3. The installation, aside.
    const staging = path.join(work, "staging");
    const device = await build(staging, pins, files, tools, options);

    // 4. Into its place, at once.
    await writeFile(path.join(staging, RECORD_FILE), JSON.stringify(record));
    signal.throwIfAborted();
    if (existsSync(folder)) await rename(folder, path.join(work, "replaced"));
    await rename(staging, folder);
    await rm(downloads, { recursive: true });
    return { folder, device };
  }, options);
}

/** Removes what setUpTensorFlow installed and downloaded; gives the folder, or undefined when there was nothing. */
export async function removeTensorFlow(): Promise<string | undefined> {
  const folder = setupFolder();
  if (!existsSync(folder) && !existsSync(workFolder())) return undefined;
  return inWorkFolder(async (work) => {
    if (existsSync(folder)) await rename(folder, path.join(work, "replaced"));
    await rm(path.join(work, "downloads"), { recursive: true, force: true });
    return folder;
  });
}

/** Installs everything into `staging` and loads it once; gives the device that it runs on. */
async function build(
  staging: string,
  pins: Pins,
  files: readonly string[],
  { python, npm, compiler }: Tools,
  { notify, signal, variant }: SetUpOptions,
): Promise<string> {
  await createFolder(staging, 0o700);
  await cp(pins.npm, staging, { recursive: true });
  notify("Installing the npm packages ...");
  await runTool(npm, ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: staging, signal });

  notify("Unpacking TensorFlow ...");
  const packageFolder = path.join(staging, "node_modules", PACKAGE);
  const deps = path.join(packageFolder, "deps");
  for (const [i, wheel] of pins.wheels.entries()) {
    await unpackWheel(python, wheel, files[i] as string, deps, signal);
  }
  await linkLibraries(deps);

  notify(`Compiling the binding with ${compiler} ...`);
  const headers = path.join(staging, "node_modules", "node-api-headers", "include");
  await compileBinding(compiler, packageFolder, headers, signal);

  notify("Loading it ...");
  const { host, ready, log } = await HostProcess.start(installationIn(staging, variant));
  host.stop();
  return describeDevice(ready, log);
}

function workFolder(): string {
  return path.join(cacheFolder(), "tensorflow-setup");
}

/** Runs `work` in a folder that only this process uses, and leaves nothing in it but unfinished downloads. */
async function inWorkFolder<T>(
  work: (folder: string) => Promise<T>,
  options?: Pick<SetUpOptions, "signal">,
): Promise<T> {
  const folder = workFolder();
  const clean = async () => {
    for (const name of ["staging", "replaced"])
      await rm(path.join(folder, name), { recursive: true, force: true });
  };
  try {
    await createFolder(folder, 0o700);
    const lock = await lockFolder(folder, "Another set-up is at work: wait for it to end.");
    try {
      await clean();
      return await work(folder);
    } finally {
      await clean();
      await lock.release();
      // Stays if there are unfinished downloads, or another set-up has begun.
      await rmdir(folder).catch(() => {});
    }
  } catch (error) {
    throw explain(error, folder, options?.signal);
  }
}

function explain(error: unknown, folder: string, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) {
    return new PruneLabError(
      "interrupted",
      "Interrupted: nothing is installed, what was downloaded is kept.",
      {
        hint: "Run the same command again to continue.",
      },
    );
  }
  const code = systemErrorCode(error);
  if (code === "ENOSPC" || (error instanceof ToolFailure && /ENOSPC|no space left/i.test(error.stderr))) {
    return failure(`The disk of ${folder} is full: nothing is installed.`, {
      hint: "Make space, or name another folder with PRUNE_LAB_CACHE, and run the command again.",
      cause: error,
    });
  }
  if (error instanceof ToolFailure) {
    return failure(error.message, {
      hint: "Nothing is installed. Run the command again to continue.",
      cause: error,
    });
  }
  if (code !== undefined && error instanceof Error && !(error instanceof PruneLabError)) {
    return inputError(`Cannot write to ${folder}: ${error.message}.`, {
      hint: "Name another folder with PRUNE_LAB_CACHE.",
      cause: error,
    });
  }
  return error;
}

function isInstalled({ variant, pins }: SetupRecord): boolean {
  const found = readRecord(setupFolder());
  return found?.variant === variant && found.pins === pins;
}

async function hashOf({ npm, wheels }: Pins): Promise<string> {
  const lock = sha256(await readFile(path.join(npm, "package-lock.json")));
  return contentHash({ lock, wheels: wheels.map((wheel) => wheel.sha256) });
}

async function bytesIn(folder: string): Promise<number> {
  const sizes = (await readdir(folder)).map(async (name) => (await stat(path.join(folder, name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

function requirePlatform(): void {
  if (process.platform === "linux" && process.arch === "x64") return;
  throw inputError(
    `TensorFlow's libraries are for Linux on x64, not for ${process.platform} on ${process.arch}.`,
    {
      hint: "The engine kernels runs here: --engine kernels",
    },
  );
}

async function requireSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= bytes) return;
  throw inputError(
    `The set-up needs ${sizeText(bytes)} on the disk of ${folder}, and ${sizeText(bavail * bsize)} are free.`,
    { hint: "Make space, or name another folder with PRUNE_LAB_CACHE." },
  );
}
