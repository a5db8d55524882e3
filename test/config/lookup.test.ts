import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { displayedPath, findConfig, listConfigs } from "../../src/config/lookup.ts";
import { packageRoot } from "../../src/foundations/paths.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = await temporaryFolder();
const inFolder = (...parts: string[]) => path.join(folder, ...parts);
const shipped = (...parts: string[]) => path.join(packageRoot, "configs", ...parts);

beforeAll(async () => {
  await mkdir(inFolder("configs", "nested"), { recursive: true });
  await mkdir(inFolder("mnist-cnn"));
  for (const file of [
    "here.yaml",
    "both.yaml",
    "configs/both.yaml",
    "configs/mine.yml",
    "configs/nested/deep.yaml",
  ]) {
    await writeFile(inFolder(file), "# Title\n");
  }
});

describe("findConfig", () => {
  test.each([
    ["a path", "configs/mine.yml", inFolder("configs/mine.yml")],
    ["an absolute path", inFolder("here.yaml"), inFolder("here.yaml")],
    ["a name here", "here", inFolder("here.yaml")],
    ["a name in configs/", "mine", inFolder("configs/mine.yml")],
    ["a path in configs/", "nested/deep", inFolder("configs/nested/deep.yaml")],
    ["the working folder before its configs/", "both", inFolder("both.yaml")],
    ["a shipped name", "mnist-mlp", shipped("mnist-mlp.yaml")],
    ["a shipped file name", "mnist-mlp.yaml", shipped("mnist-mlp.yaml")],
    ["a shipped study", "lab-one-shot", shipped("studies", "lab-one-shot.yaml")],
    ["a name beside a folder of that name", "mnist-cnn", shipped("mnist-cnn.yaml")],
  ])("%s", (_case, given, expected) => {
    expect(findConfig(given, folder)).toBe(expected);
  });

  test("names the nearest and all others when there is none", () => {
    expect(() => findConfig("mnist-mpl", folder)).toThrow(
      /^no config 'mnist-mpl'\. Did you mean 'mnist-mlp'\? Configs here: both, mine, mnist-cnn, mnist-mlp, /,
    );
    expect(() => findConfig("configs", folder)).toThrow(/^'configs' is a folder, not a config file\. /);
    expect(() => findConfig("x".repeat(5000), folder)).toThrow(/^no config /);
  });

  test("a path upwards is no name", () => {
    expect(() => findConfig("../mnist-mlp", inFolder("configs"))).toThrow(/^no config/);
  });
});

test("listConfigs: those of the working folder first, each name once", () => {
  const names = listConfigs(folder).map(({ name }) => name);
  expect(names.slice(0, 2)).toEqual(["both", "mine"]);
  expect(names).toEqual(expect.arrayContaining(["mnist-mlp", "mnist-cnn", "lab-one-shot"]));
  expect(new Set(names).size).toBe(names.length);
});

test("displayedPath: relative below the working folder, else absolute", () => {
  expect(displayedPath(inFolder("configs", "mine.yml"), folder)).toBe(path.join("configs", "mine.yml"));
  expect(displayedPath(folder, inFolder("configs"))).toBe(folder);
});
