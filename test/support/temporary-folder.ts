import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

const folders = new Set<string>();

/** A new folder that is removed when the tests of the calling file are over. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "prune-lab-test-"));
  folders.add(folder);
  return folder;
}

/** For the set-up of every test file: an `afterAll` that is asked for within a test would never run. */
export async function removeTemporaryFolders(): Promise<void> {
  const over = [...folders];
  folders.clear();
  await Promise.all(over.map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 3 })));
}
