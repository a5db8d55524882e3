import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { packageRoot, packageVersion } from "../src/foundations/paths.ts";

/** The part of the Citation File Format 1.2.0 that is used here; its keys are closed, as those of its schema. */
const citation = z.strictObject({
  "cff-version": z.literal("1.2.0"),
  message: z.string().min(1),
  type: z.enum(["software", "dataset"]),
  title: z.string().min(1),
  abstract: z.string().min(1),
  authors: z.array(z.strictObject({ name: z.string().min(1) })).min(1),
  version: z.string().min(1),
  license: z.literal("MIT"),
  keywords: z.array(z.string().min(1)).min(1),
});

describe("CITATION.cff", () => {
  it("is valid, and of the package's version and license", async () => {
    const read = async (name: string) => readFile(path.join(packageRoot, name), "utf8");
    const { version, license } = citation.parse(parse(await read("CITATION.cff")));
    expect(version).toBe(packageVersion());
    expect(license).toBe(JSON.parse(await read("package.json")).license);
  });
});
