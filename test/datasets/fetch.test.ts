import { link, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { fetchFiles } from "../../src/datasets/fetch.ts";
import { findIdxFiles, idxRoleNames, standardName } from "../../src/datasets/formats/idx/files.ts";
import { pinnedDownload } from "../../src/datasets/formats/idx/pinned.ts";
import { sha256 } from "../../src/foundations/hash.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { smallSet, writeSet } from "./fixtures.ts";
import { sendAndCut, sendRange, serve } from "./server.ts";

const set = smallSet();
const published = new Map<string, Uint8Array>(
  idxRoleNames.map((role) => [`/${standardName(role)}.gz`, gzipSync(set[role])]),
);
const names = idxRoleNames.map((role) => `${standardName(role)}.gz`);
const bytes = {
  "train-images": set["train-images"].length,
  "train-labels": set["train-labels"].length,
  "t10k-images": set["t10k-images"].length,
  "t10k-labels": set["t10k-labels"].length,
};
const expected = {
  "train-images": sha256(set["train-images"]),
  "train-labels": sha256(set["train-labels"]),
  "t10k-images": sha256(set["t10k-images"]),
  "t10k-labels": sha256(set["t10k-labels"]),
};

function content(url: string | undefined): Uint8Array {
  return published.get(url ?? "") ?? new Uint8Array();
}

/** A mirror that serves the files as published and counts the requests. */
async function goodMirror() {
  const requests: string[] = [];
  const url = await serve((request, response) => {
    requests.push(`${request.url} ${request.headers.range ?? ""}`.trim());
    sendRange(response, content(request.url), request.headers.range);
  });
  return { url, requests };
}

async function fetchInto(folder: string, mirrors: string[], force = false) {
  const notices: string[] = [];
  const result = await fetchFiles(pinnedDownload({ mirrors, sha256: expected, bytes }), folder, {
    force,
    stallSeconds: 0.3,
    onProgress: () => {},
    notify: (message) => void notices.push(message),
  });
  return { ...result, notices };
}

async function expectRightFiles(folder: string): Promise<void> {
  expect((await readdir(folder)).sort()).toEqual([...names].sort());
  for (const role of idxRoleNames) {
    const bytes = gunzipSync(await readFile(path.join(folder, `${standardName(role)}.gz`)));
    expect(sha256(bytes)).toBe(expected[role]);
  }
}

describe("fetchFiles", () => {
  test("downloads the four files, then finds them right and does nothing", async () => {
    const folder = path.join(await temporaryFolder(), "new", "set");
    const mirror = await goodMirror();
    expect((await fetchInto(folder, [mirror.url])).downloaded).toEqual(names);
    await expectRightFiles(folder);
    expect((await fetchInto(folder, [mirror.url])).downloaded).toEqual([]);
    expect(mirror.requests).toHaveLength(4);
  });

  test("gets only what is missing, and takes plain files as they are", async () => {
    const folder = await temporaryFolder();
    await writeSet(folder, { "train-images": set["train-images"], "t10k-labels": set["t10k-labels"] });
    const { downloaded } = await fetchInto(folder, [(await goodMirror()).url]);
    expect(downloaded).toEqual(["train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz"]);
    expect(Object.keys(await findIdxFiles(folder))).toHaveLength(4);
  });

  test("continues after cut connections", async () => {
    const folder = await temporaryFolder();
    const ranges: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      ranges.push(request.headers.range);
      const bytes = content(request.url);
      if (request.headers.range === undefined) sendAndCut(response, bytes, undefined, 20);
      else sendRange(response, bytes, request.headers.range);
    });
    await fetchInto(folder, [url]);
    await expectRightFiles(folder);
    expect(ranges).toEqual(Array(4).fill([undefined, "bytes=20-"]).flat());
  });

  test("continues what an earlier run left, and drops it when it does not fit", async () => {
    const folder = await temporaryFolder();
    const bytes = content("/train-images-idx3-ubyte.gz");
    await writeFile(path.join(folder, "train-images-idx3-ubyte.gz.part"), bytes.subarray(0, 30));
    await writeFile(path.join(folder, "train-labels-idx1-ubyte.gz.part"), "another server's bytes");
    await writeFile(path.join(folder, "t10k-images-idx3-ubyte.gz.part"), new Uint8Array(10_000));
    const mirror = await goodMirror();
    await fetchInto(folder, [mirror.url]);
    await expectRightFiles(folder);
    expect(mirror.requests).toEqual([
      "/train-images-idx3-ubyte.gz bytes=30-",
      "/train-labels-idx1-ubyte.gz bytes=22-",
      "/train-labels-idx1-ubyte.gz",
      "/t10k-images-idx3-ubyte.gz bytes=10000-",
      "/t10k-images-idx3-ubyte.gz",
      "/t10k-labels-idx1-ubyte.gz",
    ]);
  });

  test("goes on to the next mirror: absent, wrong, damaged, silent, always cut", async () => {
    const folder = await temporaryFolder();
    const absent = await serve((_request, response) => void response.writeHead(404).end("no such file"));
    const wrong = await serve((_request, response) => void response.end(gzipSync("a login page")));
    const damaged = await serve(
      (request, response) => void response.end(content(request.url).subarray(0, 40)),
    );
    const silent = await serve(() => {});
    const cutting = await serve((request, response) =>
      sendAndCut(response, content(request.url), undefined, 10),
    );
    const good = await goodMirror();
    const { notices } = await fetchInto(folder, [absent, wrong, damaged, silent, cutting, good.url]);
    await expectRightFiles(folder);
    expect(notices.slice(0, 11).map((notice) => notice.replace(/http\S+\.gz/, "URL"))).toEqual([
      "Downloading URL",
      "URL: HTTP status 404",
      "Downloading URL",
      expect.stringMatching(/^URL: wrong content: expected SHA-256 \w{64}, got \w{64}$/),
      "Downloading URL",
      "URL: a damaged or incomplete gzip file",
      "Downloading URL",
      "URL: silent for 0.3 seconds",
      "Downloading URL",
      expect.stringMatching(/^URL: ./),
      "Downloading URL",
    ]);
  });

  test("without a good mirror fails with every reason, and leaves no file under a final name", async () => {
    const folder = await temporaryFolder();
    const absent = await serve((_request, response) => void response.writeHead(403).end());
    const cutting = await serve((request, response) =>
      sendAndCut(response, content(request.url), request.headers.range, 1),
    );
    await expect(fetchInto(folder, [absent, cutting])).rejects.toMatchObject({
      kind: "failure",
      message: expect.stringMatching(
        /^Could not download train-images-idx3-ubyte\.gz\.\n {2}\S+: HTTP status 403\n {2}\S+: ./,
      ),
      hint: expect.stringContaining("--mirror"),
    });
    expect(await readdir(folder)).toEqual(["train-images-idx3-ubyte.gz.part"]);
    await fetchInto(folder, [(await goodMirror()).url]);
    await expectRightFiles(folder);
  });

  test("leaves other data under the same names alone, unless forced", async () => {
    const folder = await temporaryFolder();
    const other = path.join(folder, "train-images.idx3-ubyte");
    await writeFile(other, "somebody's own data");
    const mirror = await goodMirror();
    await expect(fetchInto(folder, [mirror.url])).rejects.toMatchObject({
      kind: "input",
      message: expect.stringContaining(`${other} is there, but is not the published file: wrong content`),
      hint: expect.stringContaining("--force"),
    });
    expect(mirror.requests).toEqual([]);
    expect((await fetchInto(folder, [mirror.url], true)).downloaded).toEqual(names);
    await expectRightFiles(folder);
  });

  test("an answer without an end, or that says to be too long, is broken off", async () => {
    const folder = await temporaryFolder();
    let sent = 0;
    const endless = await serve((_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write(new Uint8Array(2 ** 16))) sent += 2 ** 16;
        sent += 2 ** 16;
      };
      response.on("drain", more);
      more();
    });
    const huge = await serve((_request, response) => {
      response.writeHead(200, { "content-length": 5e9 });
      response.write("the first bytes");
    });
    const { notices } = await fetchInto(folder, [endless, huge, (await goodMirror()).url]);
    await expectRightFiles(folder);
    expect(notices.filter((notice) => notice.includes("is longer than the"))).toHaveLength(8);
    expect(sent).toBeLessThan(4 * 2 ** 24);
  });

  test("what unpacks to more than the published file is dropped", async () => {
    const folder = await temporaryFolder();
    const zipped = gzipSync(new Uint8Array(2 ** 24));
    const bomb = await serve((_request, response) => void response.end(zipped));
    const { notices } = await fetchInto(folder, [bomb, (await goodMirror()).url]);
    await expectRightFiles(folder);
    expect(notices[1]).toMatch(/: wrong content: more than the \d+ bytes that it must have$/);
  });

  test("a part that is a link is replaced, not written through", async () => {
    const folder = await temporaryFolder();
    const own = path.join(await temporaryFolder(), "own");
    await writeFile(own, "somebody's own");
    await symlink(own, path.join(folder, `${names[0]}.part`));
    await link(own, path.join(folder, `${names[1]}.part`));
    await fetchInto(folder, [(await goodMirror()).url]);
    await expectRightFiles(folder);
    expect(await readFile(own, "utf8")).toBe("somebody's own");
  });

  test("a folder that cannot be written is the user's to fix", async () => {
    const folder = await temporaryFolder();
    await writeFile(path.join(folder, "file"), "");
    await expect(fetchInto(path.join(folder, "file", "mnist"), [])).rejects.toMatchObject({
      kind: "input",
      message: expect.stringMatching(/^Cannot write to .*mnist: E/),
    });
  });
});

describe("a set that is known by its gzip files", () => {
  const gzipped = {
    "train-images": gzipSync(set["train-images"]),
    "train-labels": gzipSync(set["train-labels"]),
    "t10k-images": gzipSync(set["t10k-images"]),
    "t10k-labels": gzipSync(set["t10k-labels"]),
  };
  const files = {
    "train-images": sha256(gzipped["train-images"]),
    "train-labels": sha256(gzipped["train-labels"]),
    "t10k-images": sha256(gzipped["t10k-images"]),
    "t10k-labels": sha256(gzipped["t10k-labels"]),
  };
  const fetchPublished = async (folder: string, changed: Partial<typeof files> = {}) => {
    const { url } = await goodMirror();
    const known = { mirrors: [url], sha256: { ...files, ...changed }, bytes, checks: "file" as const };
    return fetchFiles(pinnedDownload(known), folder, {
      force: false,
      stallSeconds: 0.3,
      onProgress: () => {},
      notify: () => {},
    });
  };

  test("is taken as it was published", async () => {
    const folder = await temporaryFolder();
    expect((await fetchPublished(folder)).downloaded).toEqual(names);
    expect((await fetchPublished(folder)).downloaded).toEqual([]);
    await expectRightFiles(folder);
  });

  test("and in no other packing", async () => {
    const folder = await temporaryFolder();
    const other = sha256(gzipSync(set["train-labels"], { level: 0 }));
    await expect(fetchPublished(folder, { "train-labels": other })).rejects.toMatchObject({
      message: expect.stringContaining(`wrong file: expected SHA-256 ${other}, got ${files["train-labels"]}`),
    });
  });
});
