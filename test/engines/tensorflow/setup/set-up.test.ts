import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { findInstallation } from "../../../../src/engines/tensorflow/installation.ts";
import {
  pinsOf,
  removeTensorFlow,
  type SetUpOptions,
  setUpTensorFlow,
} from "../../../../src/engines/tensorflow/setup/set-up.ts";
import { sendAndCut, sendRange, unusedUrl } from "../../../datasets/server.ts";
import { mountDisk } from "../../../support/small-disk.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";
import { makeCompiler, makeTinyPins, serveIndex } from "./tiny-pins.ts";

function hasPip(): boolean {
  try {
    execFileSync("python3", ["-m", "pip", "--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const runsHere = process.platform === "linux" && process.arch === "x64" && hasPip();
if (!runsHere) console.warn("The tests of setup tensorflow are left out: they need Linux on x64 and pip.");

describe.runIf(runsHere)("setting TensorFlow up", async () => {
  // Also run to list the tests that are left out.
  if (!runsHere) return;
  const folder = await temporaryFolder();
  const tiny = await makeTinyPins(folder);
  let cache: string;

  beforeEach(async () => {
    cache = await makeCache();
    vi.stubEnv("CXX", await makeCompiler(folder));
    vi.stubEnv("PIP_RETRIES", "0");
    vi.stubEnv("PIP_CONFIG_FILE", "/dev/null");
    for (const name of ["PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX"]) vi.stubEnv(name, undefined);
  });
  afterEach(() => vi.unstubAllEnvs());

  async function makeCache(): Promise<string> {
    const made = path.join(await temporaryFolder(), "cache");
    vi.stubEnv("PRUNE_LAB_CACHE", made);
    return made;
  }

  async function setUp(index: string, changes: Partial<SetUpOptions> = {}) {
    vi.stubEnv("PIP_INDEX_URL", index);
    const notices: string[] = [];
    const result = await setUpTensorFlow({
      variant: "cpu",
      pins: tiny.pins,
      notify: (notice) => notices.push(notice),
      onProgress: () => {},
      signal: new AbortController().signal,
      ...changes,
    });
    return { ...result, notices };
  }

  /** The error of a set-up, which must leave nothing that could be used, and at most unfinished downloads. */
  async function refusalOf(settingUp: Promise<unknown>) {
    const error = await settingUp.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(findInstallation()).toBeUndefined();
    expect(existsSync(path.join(cache, "tensorflow"))).toBe(false);
    const left = await readdir(path.join(cache, "tensorflow-setup")).catch(() => []);
    expect(left.filter((name) => name !== "downloads")).toEqual([]);
    return error;
  }

  test("installs what the index has, once, and removes it again", async () => {
    const index = await serveIndex(tiny);
    const { folder: installed, device, notices } = await setUp(index);
    expect(installed).toBe(path.join(cache, "tensorflow"));
    expect(device).toMatch(/^CPU, .* TensorFlow 0\.0\.1$/);
    expect(notices[0]).toBe(
      `TensorFlow for the CPU: downloads 0 MB and takes 0 MB in ${path.join(cache, "tensorflow")}.`,
    );
    expect(findInstallation()).toMatchObject({ variant: "cpu", libraryFolders: [] });
    const deps = path.join(findInstallation()?.packageFolder ?? "", "deps");
    expect(await readFile(path.join(deps, "lib", "libtensorflow_framework.so"), "utf8")).toBe("library");
    expect(existsSync(path.join(deps, "include", "tensorflow", "c", "c_api.h"))).toBe(true);
    expect(await readdir(cache)).toEqual(["tensorflow"]);

    expect(await setUp(await unusedUrl())).toMatchObject({ device: undefined, notices: [] });
    expect(await removeTensorFlow()).toBe(installed);
    expect(await readdir(cache)).toEqual([]);
    expect(await removeTensorFlow()).toBeUndefined();
  });

  test("other pins replace an installation", async () => {
    const index = await serveIndex(tiny);
    await setUp(index);
    await setUp(index, { variant: "cuda" });
    expect(findInstallation()?.variant).toBe("cuda");
    expect(await readdir(cache)).toEqual(["tensorflow"]);
  });

  test("a connection that breaks is continued where it broke", async () => {
    const ranges: (string | undefined)[] = [];
    const index = await serveIndex(tiny, (request, response) => {
      ranges.push(request.headers.range);
      if (ranges.length === 1) sendAndCut(response, tiny.wheel, request.headers.range, 50_000);
      else sendRange(response, tiny.wheel, request.headers.range);
    });
    await setUp(index);
    expect(ranges).toEqual([undefined, "bytes=50000-"]);
  });

  test("an interrupted set-up keeps what was downloaded, and the next one continues there", async () => {
    const interruption = new AbortController();
    const stuck = await serveIndex(tiny, (_request, response) => {
      response.writeHead(200, { "content-length": tiny.wheel.length });
      response.write(tiny.wheel.subarray(0, 50_000));
    });
    const settingUp = setUp(stuck, {
      signal: interruption.signal,
      onProgress: (_file, { receivedBytes }) => receivedBytes === 50_000 && interruption.abort(),
    });
    expect(await refusalOf(settingUp)).toMatchObject({ kind: "interrupted" });

    const ranges: (string | undefined)[] = [];
    const index = await serveIndex(tiny, (request, response) => {
      ranges.push(request.headers.range);
      sendRange(response, tiny.wheel, request.headers.range);
    });
    await setUp(index);
    expect(ranges).toEqual(["bytes=50000-"]);
  });

  test("a file of another checksum is not used and not kept", async () => {
    const other = tiny.wheel.map((byte, i) => (i === 1000 ? byte ^ 1 : byte));
    const index = await serveIndex(tiny, (request, response) =>
      sendRange(response, other, request.headers.range),
    );
    expect(await refusalOf(setUp(index))).toMatchObject({
      kind: "failure",
      message: expect.stringMatching(/^tensorflow-cpu 0\.0\.1 has the wrong content: expected SHA-256 /),
    });
    expect(await readdir(path.join(cache, "tensorflow-setup", "downloads"))).toEqual([]);
  });

  test("pip is asked where an index takes a password", async () => {
    const index = await serveIndex(tiny);
    const { notices } = await setUp(index.replace("http://", "http://name:secret@"));
    expect(notices).toContain(
      "tensorflow-cpu 0.0.1: it is not found on pip's index from here. Leaving it to pip ...",
    );
    expect(findInstallation()).toBeDefined();
  });

  test("without a network it says so", async () => {
    expect(await refusalOf(setUp(`${await unusedUrl()}simple`))).toMatchObject({
      kind: "failure",
      message: expect.stringMatching(/^pip could not download tensorflow-cpu 0\.0\.1: /),
      hint: expect.stringContaining("pip config list"),
    });
  });

  test.each([
    ["PYTHON", "a Python with pip", "python3-pip"],
    ["CXX", "a C++ compiler", "g++"],
  ])("a missing tool is named with the package that has it: %s", async (variable, what, remedy) => {
    vi.stubEnv(variable, "/no/such/program");
    const error = await refusalOf(setUp(await unusedUrl()));
    expect(error).toMatchObject({
      kind: "input",
      message: expect.stringContaining(`needs ${what}`),
      hint: expect.stringContaining(`apt-get install ${remedy}`),
    });
    expect(existsSync(cache)).toBe(false);
  });

  test("a compiler that fails is quoted", async () => {
    vi.stubEnv("CXX", await makeCompiler(folder, "unknown type name"));
    expect(await refusalOf(setUp(await serveIndex(tiny)))).toMatchObject({
      kind: "failure",
      message: expect.stringMatching(/could not compile the binding: .*error: unknown type name$/),
    });
  });

  test("two at once: the second is told of the first, which goes on", async () => {
    const index = await serveIndex(tiny);
    const outcomes = await Promise.allSettled([setUp(index), setUp(index)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const refused = outcomes.find((outcome) => outcome.status === "rejected");
    expect(refused?.reason).toMatchObject({
      kind: "input",
      message: expect.stringContaining(`is in use by process ${process.pid}`),
    });
    expect(findInstallation()).toBeDefined();
  });

  test("what a killed set-up left is neither used nor in the way", async () => {
    const staging = path.join(cache, "tensorflow-setup", "staging");
    await mkdir(staging, { recursive: true });
    await writeFile(path.join(staging, "setup.json"), "{}");
    expect(findInstallation()).toBeUndefined();
    await setUp(await serveIndex(tiny));
    expect(await readdir(cache)).toEqual(["tensorflow"]);
  });

  test("a disk without the space is told before anything is downloaded", async () => {
    const pins = { ...tiny.pins, installedBytes: 2 ** 60 };
    expect(await refusalOf(setUp(await unusedUrl(), { pins }))).toMatchObject({
      kind: "input",
      message: expect.stringMatching(/^The set-up needs 1152921504\.\d GB on the disk of /),
    });
  });

  test("a disk that fills up on the way is told, and nothing is installed", async (context) => {
    const disk = await temporaryFolder();
    mountDisk(context, disk, "size=1m");
    cache = path.join(disk, "cache");
    vi.stubEnv("PRUNE_LAB_CACHE", cache);
    const index = await serveIndex(tiny, (request, response) => {
      writeFileSync(path.join(disk, "filler"), new Uint8Array(900_000));
      sendRange(response, tiny.wheel, request.headers.range);
    });
    expect(await refusalOf(setUp(index))).toMatchObject({
      kind: "failure",
      message: expect.stringMatching(/^The disk of .* is full: nothing is installed\.$/),
    });
  });
});

test("the npm packages are locked by checksum and named without a registry", async () => {
  const lock = await readFile(path.join(pinsOf("cpu").npm, "package-lock.json"), "utf8");
  const { packages } = JSON.parse(lock) as {
    packages: Record<string, { integrity?: string; resolved?: string }>;
  };
  const locked = Object.entries(packages).filter(([name]) => name !== "");
  expect(locked.length).toBeGreaterThan(100);
  for (const [name, { integrity, resolved }] of locked) {
    expect(integrity, name).toMatch(/^sha512-/);
    expect(resolved, name).toBeUndefined();
  }
});
