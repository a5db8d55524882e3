import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { explainSystemError } from "../../src/foundations/system-errors.ts";
import { BINARY } from "../support/cli.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const threadError = (code: string) => Object.assign(new Error(`${code}: refused`), { code });

test.each([
  [threadError("EAGAIN"), /refuses more memory/],
  [threadError("ERR_WORKER_OUT_OF_MEMORY"), /refuses more memory/],
  [threadError("ERR_WORKER_INIT_FAILED"), /refuses more memory/],
  [new RangeError("Array buffer allocation failed"), /refuses more memory/],
  [
    new RangeError("WebAssembly.instantiate(): Out of memory: Cannot allocate Wasm memory for new instance"),
    /refuses the memory that WebAssembly asks for/,
  ],
])("%s is told as a failure with a remedy", (error, message) => {
  expect(explainSystemError(error)).toMatchObject({
    kind: "failure",
    message: expect.stringMatching(message),
    hint: expect.stringMatching(/ulimit/),
    cause: error,
  });
});

test.each([
  Object.assign(new Error("Worker initialization failure: EMFILE"), { code: "ERR_WORKER_INIT_FAILED" }),
  new Error("Cannot read package config /lab/node_modules/piscina/package.json: too many open files."),
])("%s is told as a want of open files", (error) => {
  expect(explainSystemError(error)).toMatchObject({
    kind: "failure",
    message: "The system allows no more open files.",
    hint: expect.stringMatching(/ulimit -n/),
    cause: error,
  });
});

/** What limits a process of a shell, on Linux alone. */
describe.runIf(process.platform === "linux")("under a limit of the shell", () => {
  async function limited(limit: string, args: readonly string[], options: readonly string[] = []) {
    const script = `ulimit ${limit} && exec "$0" "$@"`;
    const run = spawnSync("/bin/sh", ["-c", script, process.execPath, ...options, BINARY, ...args], {
      cwd: await temporaryFolder(),
      encoding: "utf8",
    });
    return { code: run.status, stderr: run.stderr };
  }

  /** With as many files as may be opened when the program starts, whatever Node has open by then. */
  const withFiles = (left: number, ...args: string[]) => {
    const take = `import { closeSync, openSync } from "node:fs";
      const taken = [];
      try { for (;;) taken.push(openSync("/dev/null")); } catch {}
      taken.slice(0, ${left}).forEach(closeSync);`;
    return limited("-n 128", args, ["--import", `data:text/javascript,${encodeURIComponent(take)}`]);
  };

  test.each([1, 2, 3])(
    "a start with %i files to open ends with a sentence and the code of a failure",
    async (left) => {
      const { code, stderr } = await withFiles(left, "list");
      expect(stderr).toMatch(/^prune-lab: too many files are open: .*\nAllow more: ulimit -n 1024\n$/i);
      expect(code).toBe(3);
    },
  );

  const settings = [
    "train.epochs=0",
    "seeds=[0]",
    "prune.methods=[l1-unstructured]",
    "prune.sparsities=[0]",
    "prune.finetune=null",
  ];
  const sweep = [
    ...["sweep", "--config", "mnist-mlp", "--quiet", "--workers", "1"],
    ...settings.flatMap((setting) => ["--set", setting]),
  ];

  test.each([4, 5])("so does a sweep with %i, wherever it meets the end", async (left) => {
    const { code, stderr } = await withFiles(left, ...sweep, "--engine", "kernels-wasm");
    expect(stderr).toMatch(
      /^prune-lab: .*(too many files are open|allows no more open files).*\nAllow more.*ulimit -n.*\n$/i,
    );
    expect(code).toBe(3);
  });

  test("without addresses for WebAssembly so does a sweep", async () => {
    const { code, stderr } = await limited(`-v ${8 * 2 ** 20}`, [...sweep, "--engine", "kernels-wasm"]);
    expect(stderr).toMatch(/prune-lab: The system refuses the memory that WebAssembly asks for/);
    expect(stderr).toContain("NODE_OPTIONS=--disable-wasm-trap-handler");
    expect(code).toBe(3);
  });
});
