import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { starterConfig } from "../../src/config/starter.ts";
import { methods } from "../../src/pruning/methods.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = await temporaryFolder();

describe("the starter config", () => {
  const text = starterConfig("mnist-mlp.yaml");

  test("is the shipped mnist-mlp, with every default written out", async () => {
    const file = path.join(folder, "mnist-mlp.yaml");
    await writeFile(file, text);
    const started = await loadConfig(file, { set: [] });
    const shipped = await loadConfig("mnist-mlp", { set: [], cwd: path.join(folder, "elsewhere") });
    expect(shipped.file).not.toBe(file);
    expect(started.config).toEqual(shipped.config);
  });

  test("explains every setting, the optional ones too, in lines of a readable length", () => {
    const lines = text.split("\n");
    expect(lines.every((line) => line.length <= 102)).toBe(true);
    for (const [i, line] of lines.entries()) {
      if (/^\s*\w+:/.test(line)) expect(lines[i - 1], line).toMatch(/^\s*# \S/);
    }
    expect(text).toContain("# batchSize: ");
    expect(text).toContain("# name: ");
    expect(text).toContain(methods.names()[0]);
  });
});
