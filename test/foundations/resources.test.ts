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

test("a module of a package that Node may not open is told so", () => {
  const error = new Error(
    "Cannot read package config /lab/node_modules/piscina/package.json: too many open files.",
  );
  expect(explainSystemError(error)).toMatchObject({
    kind: "failure",
    message: expect.stringMatching(/^Cannot read package config .*: too many open files\.$/),
    hint: expect.stringMatching(/ulimit -n/),
  });
});

/** What limits a process of a shell, on Linux alone. */
describe.runIf(process.platform === "linux")("a sweep under a limit of the shell", () => {
  async function limited(limit: string, ...args: string[]) {
    const script = `ulimit ${limit} && exec "$0" "$@"`;
    const run = spawnSync("/bin/sh", ["-c", script, process.execPath, BINARY, ...args], {
      cwd: await temporaryFolder(),
      encoding: "utf8",
    });
    return { code: run.status, stderr: run.stderr };
  }

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

  test.each([22, 24])(
    "with %i open files it ends with a sentence and the code of a failure",
    async (files) => {
      const { code, stderr } = await limited(`-n ${files}`, ...sweep, "--engine", "kernels-wasm");
      expect(stderr).toMatch(/^prune-lab: .*\btoo many files are open\b.*\nAllow more.*\n$/i);
      expect(code).toBe(3);
    },
  );

  test("without addresses for WebAssembly so does it", async () => {
    const { code, stderr } = await limited(`-v ${8 * 2 ** 20}`, ...sweep, "--engine", "kernels-wasm");
    expect(stderr).toMatch(/prune-lab: The system refuses the memory that WebAssembly asks for/);
    expect(stderr).toContain("NODE_OPTIONS=--disable-wasm-trap-handler");
    expect(code).toBe(3);
  });
});
