import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll } from "vitest";

/** A new folder that is removed when the tests of the calling file are over. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "prune-lab-test-"));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
