import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { idxHeader, parseIdx } from "../../src/datasets/formats/idx/array.ts";
import { MOST_BYTES, readUncompressed } from "../../src/datasets/uncompressed.ts";
import { packageRoot } from "../../src/foundations/paths.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** The header of so many images. */
function header(...shape: number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 + 4 * shape.length));
  view.setUint32(0, 0x0800 | shape.length);
  shape.forEach((extent, axis) => void view.setUint32(4 + 4 * axis, extent));
  return new Uint8Array(view.buffer);
}

/** Of 16 MiB of zeros in 16 KiB; one after the other they unpack to as much as one likes. */
const zeros = gzipSync(new Uint8Array(2 ** 24));

/** What is said of a file that is read by a process of its own, and the most memory that it took, in MiB. */
function readInProcess(file: string): { readonly message: string; readonly mebibytes: number } {
  const module = (name: string) => JSON.stringify(pathToFileURL(path.join(packageRoot, "dist", name)).href);
  const script = `
    const { readIdxFile } = await import(${module("datasets/formats/idx/files.js")});
    const before = process.resourceUsage().maxRSS;
    const message = await readIdxFile(process.argv[1], "train-images").then(() => "read", ({ message }) => message);
    console.log(JSON.stringify({ message, mebibytes: (process.resourceUsage().maxRSS - before) / 1024 }));`;
  const output = execFileSync(process.execPath, ["--input-type=module", "-e", script, file], {
    encoding: "utf8",
  });
  return JSON.parse(output);
}

describe("a file that unpacks to more than its header says", () => {
  test("is refused in little memory, however large it would be", async () => {
    const file = path.join(await temporaryFolder(), "train-images-idx3-ubyte.gz");
    const small = [gzipSync(header(10, 28, 28)), ...Array(64).fill(zeros)];
    await writeFile(file, Buffer.concat(small));
    const refused = readInProcess(file);
    expect(refused.message).toBe(`${file} has more bytes than its header says: 10 x 28 x 28.`);
    expect(refused.mebibytes).toBeLessThan(64);
  });

  test("that asks for more than a file can hold is not believed", async () => {
    const file = path.join(await temporaryFolder(), "train-images-idx3-ubyte.gz");
    await writeFile(file, gzipSync(header(500_000, 64, 64)));
    const refused = readInProcess(file);
    expect(refused.message).toMatch(
      /is truncated: its header says 500000 x 64 x 64, of which 2048000000 bytes/,
    );
    expect(refused.mebibytes).toBeLessThan(64);
    await writeFile(file, Buffer.concat([gzipSync(header(1e6, 64, 64)), zeros]));
    expect(readInProcess(file).message).toBe(
      `${file} is too large: its header says 4096000016 bytes, and at most ${MOST_BYTES} are read.`,
    );
  });

  test("plain or compressed, in pieces of any size, gives its bytes", async () => {
    const file = path.join(await temporaryFolder(), "images");
    const pixels = Uint8Array.from({ length: 700 * 28 * 28 }, (_, i) => (i * 7919) % 251);
    const whole = Buffer.concat([header(700, 28, 28), pixels]);
    const halves = [whole.subarray(0, 9), whole.subarray(9, 300_000), whole.subarray(300_000)];
    for (const content of [whole, gzipSync(whole), Buffer.concat(halves.map((half) => gzipSync(half)))]) {
      await writeFile(file, content);
      const bytes = await readUncompressed(file, idxHeader(file, 3));
      expect(Buffer.compare(parseIdx(bytes, file, 3).values, pixels)).toBe(0);
    }
  });
});
