import { constants } from "node:os";
import { describe, expect, it } from "vitest";
import { PruneLabError } from "../../src/foundations/errors.ts";
import { explainSystemError, readError } from "../../src/foundations/system-errors.ts";
import { explainWriteError } from "../../src/recording/write-error.ts";

/** As Node gives it; codes that it has no name for are numbers. */
function refused(code: keyof typeof constants.errno, path?: string): Error {
  const errno = -constants.errno[code];
  const name = code === "EDQUOT" ? `Unknown system error ${errno}` : code;
  return Object.assign(new Error(`${name}: write`), { code: name, errno, syscall: "write", path });
}

describe("errors of the system", () => {
  it.each([
    ["ENOSPC", "input", /no space is left on the disk/i],
    ["EDQUOT", "input", /the disk quota is used up/i],
    ["EFBIG", "input", /larger than is allowed here/],
    ["EACCES", "input", /permission denied/],
    ["EPERM", "input", /permission denied/],
    ["EROFS", "input", /the file system is read-only/],
    ["ENAMETOOLONG", "input", /the name is too long/],
    ["EIO", "failure", /the disk reports an error/],
    ["ESTALE", "failure", /the network file system has lost it/],
    ["EMFILE", "failure", /too many files are open/],
    ["ENOMEM", "failure", /no memory is left/],
  ] as const)("%s is told in a sentence, of kind %s", (code, kind, sentence) => {
    const errors = [
      explainWriteError(refused(code), "/results"),
      explainWriteError(refused(code, "/results/a.csv"), "/results"),
      readError(refused(code), "/results/a.csv"),
      explainSystemError(refused(code, "/results/a.csv")),
    ];
    for (const error of errors) {
      expect(error).toBeInstanceOf(PruneLabError);
      expect(error).toMatchObject({ kind, message: expect.stringMatching(sentence) });
      expect((error as Error).message).toContain("/results");
      expect((error as Error).message).not.toContain("Unknown");
    }
  });

  it("are told of the file that they are about, not of the results folder", () => {
    expect(explainWriteError(refused("EACCES", "/home/someone/.cache"), "/data/results")).toMatchObject({
      message: "/home/someone/.cache cannot be used: permission denied (EACCES).",
    });
    // A folder that the results folder would lie in.
    expect(explainWriteError(refused("EACCES", "/data"), "/data/results")).toMatchObject({
      message: "/data/results cannot be written: permission denied (EACCES).",
    });
  });

  it("include memory that is refused", () => {
    const error = new RangeError(
      "WebAssembly.Instance(): Out of memory: Cannot allocate Wasm memory for new instance",
    );
    expect(explainSystemError(error)).toMatchObject({
      kind: "failure",
      message: expect.stringContaining("The system refuses the memory that WebAssembly asks for"),
    });
  });

  it("leave errors of the program alone", () => {
    for (const error of [new TypeError("x"), Object.assign(new Error("x"), { code: "CSV_INVALID" })]) {
      expect(explainSystemError(error)).toBe(error);
      expect(explainWriteError(error, "/results")).toBe(error);
    }
  });
});
