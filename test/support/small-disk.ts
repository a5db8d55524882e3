import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import type { TestContext } from "vitest";

/** Mounts an empty disk in memory, of `options` as mount takes them, until the test ends; leaves the test out where none may be. */
export function mountDisk(context: TestContext, place: string, options: string): void {
  mkdirSync(place, { recursive: true });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", place], { stdio: "ignore" });
  } catch {
    context.skip("a disk cannot be mounted here");
  }
  // What a test started may still be ending there: the disk goes when the last of it has.
  context.onTestFinished(() => void execFileSync("umount", ["-l", place], { stdio: "ignore" }));
}
