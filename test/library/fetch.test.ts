import { readdir } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { sha256 } from "../../src/foundations/hash.ts";
import { fetchableNames, fetchNamed } from "../../src/library/fetch.ts";
import { checkpoints } from "../../src/models/pretrained/published.ts";
import { emptyWorkingFolder } from "../datasets/fixtures.ts";
import { serve } from "../datasets/server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const quiet = { force: false, onProgress: () => {}, notify: () => {} };

describe("fetchNamed", () => {
  test("names the choices for an unknown name", async () => {
    await expect(fetchNamed("mnits", quiet)).rejects.toThrow(
      `Available: ${fetchableNames().join(", ")}. Did you mean 'mnist'?`,
    );
    await expect(fetchNamed("idx", quiet)).rejects.toMatchObject({ kind: "input" });
  });

  test.each(["example.org/mnist", "ftp://example.org/", ""])("refuses the mirror '%s'", async (mirror) => {
    await emptyWorkingFolder();
    await expect(fetchNamed("mnist", { ...quiet, mirror })).rejects.toThrow(`--mirror is '${mirror}'`);
  });
});

describe("a published network", () => {
  test("is fetched beside the datasets, from its revision", () => {
    expect(fetchableNames()).toContain("distilbert-sst2");
    const { mirrors, files } = checkpoints.named("distilbert-sst2").download;
    expect(mirrors[0]).toMatch(/\/resolve\/[0-9a-f]{40}\/$/);
    expect(files.map(({ name }) => name).sort()).toEqual([
      "config.json",
      "model.safetensors",
      "tokenizer_config.json",
      "vocab.txt",
    ]);
  });

  test("goes into a folder of its own, and is none with other content", async () => {
    const data = await temporaryFolder();
    const asked: string[] = [];
    const mirror = await serve((request, response) => {
      asked.push(request.url ?? "");
      response.end("{}");
    });
    const fetching = fetchNamed("distilbert-sst2", { ...quiet, mirror, dataDir: data });
    await expect(fetching).rejects.toMatchObject({
      kind: "failure",
      message: expect.stringContaining(`got ${sha256(Buffer.from("{}"))}`),
    });
    expect(asked).toEqual(["/config.json"]);
    expect(await readdir(path.join(data, "distilbert-sst2"))).toEqual([]);
  });
});

test("terms that are not plain are told before anything is downloaded", async () => {
  const notices: string[] = [];
  const mirror = await serve((_, response) => void response.end("none"));
  const options = { ...quiet, notify: (notice: string) => void notices.push(notice) };
  const dataDir = await temporaryFolder();
  await expect(fetchNamed("sst2", { ...options, mirror, dataDir })).rejects.toThrow("wrong content");
  expect(notices[0]).toMatch(/^No licence of SST-2 is known/);
  expect(notices.filter((notice) => notice.includes("licence"))).toHaveLength(1);
});
