import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../src/foundations/paths.ts";

/** What `npm pack` puts into the package. */
function packedFiles(): string[] {
  const args = ["pack", "--dry-run", "--json", "--ignore-scripts"];
  const output = execFileSync("npm", args, {
    cwd: packageRoot,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    shell: process.platform === "win32",
  });
  // npm 11 names packages, older ones list them.
  const packages: { readonly files: readonly { readonly path: string }[] }[] = Object.values(
    JSON.parse(output),
  );
  return packages.flatMap(({ files }) => files.map((file) => file.path));
}

const files = packedFiles();

test("the package has its pages, and nothing of the build's own", () => {
  expect(files).toContain("docs/ci.md");
  expect(files).toContain("docs/library-example.mjs");
  expect(files.filter((file) => file.endsWith(".tsbuildinfo") || file.startsWith("src/"))).toEqual([]);
});

test("every link on a page of the package leads into it", () => {
  const folders = new Set(files.flatMap((file) => path.posix.dirname(file)));
  const broken = files
    .filter((file) => file.endsWith(".md"))
    .flatMap((page) => {
      const text = readFileSync(path.join(packageRoot, page), "utf8");
      return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, link = ""]) => link)
        .filter((link) => !/^([a-z]+:|#)/.test(link))
        .map((link) => path.posix.join(path.posix.dirname(page), link.split("#")[0] ?? ""))
        .filter((target) => !files.includes(target) && !folders.has(target.replace(/\/$/, "")))
        .map((target) => `${page}: ${target}`);
    });
  expect(broken).toEqual([]);
});

test("every package of the lock file has its hash", () => {
  const lock = JSON.parse(readFileSync(path.join(packageRoot, "package-lock.json"), "utf8")) as {
    readonly packages: Readonly<Record<string, { readonly integrity?: string }>>;
  };
  const without = Object.entries(lock.packages).filter(
    ([name, { integrity }]) => name !== "" && !integrity?.startsWith("sha512-"),
  );
  expect(without).toEqual([]);
});
