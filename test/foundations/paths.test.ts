import { execFileSync } from "node:child_process";
import { userInfo } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, test, vi } from "vitest";
import { cacheFolder, packageRoot, temporaryCacheFolder } from "../../src/foundations/paths.ts";

afterEach(() => void vi.unstubAllEnvs());

describe.runIf(process.platform === "linux")("the cache folder", () => {
  test("is where the user or the system says", () => {
    vi.stubEnv("PRUNE_LAB_CACHE", "/named/cache");
    expect(cacheFolder()).toBe("/named/cache");
    vi.stubEnv("PRUNE_LAB_CACHE", "");
    vi.stubEnv("XDG_CACHE_HOME", "/xdg");
    expect(cacheFolder()).toBe("/xdg/prune-lab");
  });

  test("is never below the working folder by accident", () => {
    const module = pathToFileURL(path.join(packageRoot, "dist", "foundations", "paths.js")).href;
    const script = `import(${JSON.stringify(module)}).then((paths) => console.log(paths.cacheFolder()))`;
    const { PRUNE_LAB_CACHE: _, XDG_CACHE_HOME: __, ...environment } = process.env;
    const folderWith = (variables: NodeJS.ProcessEnv) =>
      execFileSync(process.execPath, ["-e", script], {
        env: { ...environment, ...variables },
        encoding: "utf8",
      }).trim();
    expect(folderWith({ HOME: "/home/somebody" })).toBe("/home/somebody/.cache/prune-lab");
    expect(folderWith({ HOME: "/home/somebody", XDG_CACHE_HOME: "relative" })).toBe(
      "/home/somebody/.cache/prune-lab",
    );
    for (const HOME of ["", "relative"]) {
      expect(folderWith({ HOME })).toBe(path.join(userInfo().homedir, ".cache", "prune-lab"));
    }
  });

  test("has a place of this user's own among the temporary files", () => {
    vi.stubEnv("TMPDIR", "/scratch");
    expect(temporaryCacheFolder()).toBe(`/scratch/prune-lab-${process.getuid?.()}`);
  });
});
