import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { formatCsv } from "../../src/recording/csv.ts";
import { originFile, originOfFolder, originText, readOrigin } from "../../src/recording/origin.ts";
import { readResults } from "../../src/recording/results-reader.ts";
import { resultRow } from "../support/result-rows.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const folder = await temporaryFolder();
const at = (name: string) => path.join(folder, name);
const table = formatCsv("results", [resultRow({ seed: 0 }), resultRow({ seed: 1 })]);
const origin = {
  version: "0.1.0",
  engine: { name: "reference", identity: "reference 1" },
  dataset: { name: "mnist", checksum: "abc" },
  config: { name: "curve", seeds: [0, 1], train: { epochs: 3 } },
};

test("what is written beside a table is read with it", async () => {
  await writeFile(at("curve.csv"), table);
  expect(originFile(at("curve.csv"))).toBe(at("curve.origin.yaml"));
  await writeFile(at("curve.origin.yaml"), originText(origin, table));
  expect((await readResults(at("curve.csv"))).origin).toMatchObject(origin);
  expect(await readFile(at("curve.origin.yaml"), "utf8")).toContain("  seeds: [0, 1]\n");
});

test("a bare table stays readable, and line ends of a checkout make no other table", async () => {
  await writeFile(at("bare.csv"), table);
  expect((await readResults(at("bare.csv"))).origin).toBeUndefined();
  await writeFile(at("windows.origin.yaml"), originText(origin, table).replaceAll("\n", "\r\n"));
  expect(await readOrigin(at("windows.csv"), Buffer.from(table.replaceAll("\n", "\r\n")))).toMatchObject(
    origin,
  );
});

test("a record of another table, or a damaged one, is an error that says what to do", async () => {
  await writeFile(at("edited.csv"), table.replace("0.085000", "0.085001"));
  await writeFile(at("edited.origin.yaml"), originText(origin, table));
  await expect(readResults(at("edited.csv"))).rejects.toThrow("was written for another table");
  await writeFile(at("damaged.csv"), table);
  for (const content of ["{", "format: 2\n", "format: 1\ntable: 3\n"]) {
    await writeFile(at("damaged.origin.yaml"), content);
    await expect(readResults(at("damaged.csv"))).rejects.toMatchObject({
      kind: "input",
      message: expect.stringContaining("damaged.origin.yaml is not a record of what"),
      hint: expect.stringContaining("--update"),
    });
  }
});

test("a folder without a readable config has no origin", () => {
  const manifest = { ...origin, runs: {}, files: [] } as never;
  expect(originOfFolder(manifest, "train: { epochs: 3 }\n")?.config).toEqual({ train: { epochs: 3 } });
  expect(originOfFolder(manifest, undefined)).toBeUndefined();
  expect(originOfFolder(manifest, "train: [")).toBeUndefined();
});
