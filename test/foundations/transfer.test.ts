import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { type TransferProgress, transfer } from "../../src/foundations/transfer.ts";
import { sendAndCut, sendRange, serve, unusedUrl } from "../datasets/server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const content = Uint8Array.from({ length: 5000 }, (_, index) => index % 256);

async function download(url: string, present?: Uint8Array) {
  const part = path.join(await temporaryFolder(), "file.part");
  if (present !== undefined) await writeFile(part, present);
  const progress: TransferProgress[] = [];
  const outcome = await transfer(url, part, {
    stallSeconds: 0.3,
    mostBytes: 1e6,
    onProgress: (step) => progress.push(step),
  });
  return { outcome, progress, bytes: new Uint8Array(await readFile(part)) };
}

test("downloads a file and tells how far it is", async () => {
  const url = await serve((request, response) => sendRange(response, content, request.headers.range));
  const { outcome, progress, bytes } = await download(url);
  expect(outcome).toEqual({ complete: true, resumed: false });
  expect(bytes).toEqual(content);
  expect(progress.at(-1)).toEqual({ receivedBytes: 5000, totalBytes: 5000 });
});

test("continues behind the bytes that are there", async () => {
  const ranges: unknown[] = [];
  const url = await serve((request, response) => {
    ranges.push(request.headers.range);
    sendRange(response, content, request.headers.range);
  });
  const { outcome, progress, bytes } = await download(url, content.subarray(0, 1234));
  expect(ranges).toEqual(["bytes=1234-"]);
  expect(outcome).toEqual({ complete: true, resumed: true });
  expect(bytes).toEqual(content);
  expect(progress.at(-1)).toEqual({ receivedBytes: 5000, totalBytes: 5000 });
});

test("starts over when the server ignores the range", async () => {
  const url = await serve((_request, response) => void response.end(content));
  const { outcome, bytes } = await download(url, Uint8Array.of(9, 9, 9));
  expect(outcome).toEqual({ complete: true, resumed: false });
  expect(bytes).toEqual(content);
});

test("starts over when more is there than the server has", async () => {
  const url = await serve((request, response) => sendRange(response, content, request.headers.range));
  const { outcome, bytes } = await download(url, new Uint8Array(6000));
  expect(outcome).toMatchObject({ complete: false, retry: true });
  expect(bytes).toHaveLength(0);
});

test("keeps what came before a cut connection", async () => {
  const url = await serve((request, response) => sendAndCut(response, content, request.headers.range, 2000));
  const { outcome, bytes } = await download(url);
  expect(outcome).toMatchObject({ complete: false, retry: true });
  expect(bytes).toEqual(content.subarray(0, 2000));
});

test.each([
  ["before its answer", false],
  ["within it", true],
])("gives up on a server that falls silent %s", async (_when, begins) => {
  const url = await serve((_request, response) => {
    if (begins) response.writeHead(200, { "content-length": 5000 }).write(content.subarray(0, 10));
  });
  const { outcome } = await download(url);
  expect(outcome).toEqual({ complete: false, reason: "silent for 0.3 seconds", retry: begins });
});

test("a slow server that keeps sending is not silent", async () => {
  const url = await serve((_request, response) => {
    response.writeHead(200, { "content-length": 5 });
    for (let byte = 0; byte < 5; byte++) setTimeout(() => response.write(Uint8Array.of(byte)), 120 * byte);
  });
  const { outcome, bytes } = await download(url);
  expect(outcome).toEqual({ complete: true, resumed: false });
  expect([...bytes]).toEqual([0, 1, 2, 3, 4]);
});

test.each([
  ["a status that is no success", 404, {}, "HTTP status 404"],
  ["an encoded answer", 200, { "content-encoding": "gzip" }, "content-encoding gzip"],
  ["another range than asked for", 206, { "content-range": "bytes 0-9/10" }, "asked for the bytes from 3"],
])("refuses %s and leaves what is there", async (_what, status, headers, reason) => {
  const url = await serve((_request, response) => void response.writeHead(status, headers).end());
  const { outcome, bytes } = await download(url, Uint8Array.of(1, 2, 3));
  expect(outcome).toEqual({ complete: false, reason: expect.stringContaining(reason), retry: false });
  expect([...bytes]).toEqual([1, 2, 3]);
});

test("names the reason when nobody answers", async () => {
  const { outcome } = await download(await unusedUrl());
  expect(outcome).toEqual({ complete: false, reason: expect.stringContaining("ECONNREFUSED"), retry: false });
});
