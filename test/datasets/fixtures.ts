import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { onTestFinished, vi } from "vitest";
import type { LoadContext } from "../../src/datasets/dataset.ts";
import { type IdxRole, idxRoleNames, standardName } from "../../src/datasets/formats/idx/files.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** The IDX encoding of unsigned bytes. */
export function encodeIdx(shape: readonly number[], values: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + values.length);
  bytes.set([0, 0, 8, shape.length]);
  shape.forEach((extent, axis) => new DataView(bytes.buffer).setUint32(4 + 4 * axis, extent));
  bytes.set(values, 4 + 4 * shape.length);
  return bytes;
}

/** The labels 0 1 2 0 1 2 ... */
export function cyclicLabels(count: number, classes = 3): Uint8Array {
  return Uint8Array.from({ length: count }, (_, index) => index % classes);
}

/** `count` distinct images of 2x3 with cyclic labels, as the two encoded files. */
export function encodeExamples(count: number, { height = 2, width = 3, classes = 3 } = {}) {
  const pixels = Uint8Array.from({ length: count * height * width }, (_, at) => (at * 7) % 251);
  return {
    images: encodeIdx([count, height, width], pixels),
    labels: encodeIdx([count], cyclicLabels(count, classes)),
  };
}

/** A small dataset's four files, 30 training and 12 test examples, some of them replaced. */
export function smallSet(replaced: Partial<Record<IdxRole, Uint8Array>> = {}): Record<IdxRole, Uint8Array> {
  const [train, test] = [encodeExamples(30), encodeExamples(12)];
  return {
    "train-images": train.images,
    "train-labels": train.labels,
    "t10k-images": test.images,
    "t10k-labels": test.labels,
    ...replaced,
  };
}

/** Writes files under their standard names, every second one compressed. */
export async function writeSet(folder: string, files: Partial<Record<IdxRole, Uint8Array>>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [index, role] of idxRoleNames.entries()) {
    const content = files[role];
    if (content === undefined) continue;
    const zipped = index % 2 === 1;
    await writeFile(
      path.join(folder, standardName(role) + (zipped ? ".gz" : "")),
      zipped ? gzipSync(content) : content,
    );
  }
}

/** An empty working folder and no PRUNE_LAB_DATA for this test: nothing of the developer's own data shows. */
export async function emptyWorkingFolder(): Promise<string> {
  const before = process.cwd();
  const folder = await temporaryFolder();
  process.chdir(folder);
  vi.stubEnv("PRUNE_LAB_DATA", "");
  onTestFinished(() => {
    process.chdir(before);
    vi.unstubAllEnvs();
  });
  return folder;
}

/** A LoadContext that keeps the notices. */
export function recordingContext(dataDir?: string): LoadContext & { readonly notices: string[] } {
  const notices: string[] = [];
  return { dataDir, notices, notify: (message) => void notices.push(message) };
}
