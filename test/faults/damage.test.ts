import { cp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { PruneLabError } from "../../src/foundations/errors.ts";
import { merge } from "../../src/library/merge.ts";
import { readDetails } from "../../src/recording/details-reader.ts";
import { recordedFacts } from "../../src/recording/recorded-facts.ts";
import { readResults } from "../../src/recording/results-reader.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { PATIENCE, runWithFault, treeOf, UNEXPLAINED, WHOLE } from "./run.ts";
import { begin, openWorkshop } from "./scenarios.ts";

const SWEEP = {
  name: "damaged",
  args: ["sweep", "--config", "tiny.yaml", "--workers", "1", "--out", "done"],
  has: ["done"],
  sample: 0,
};

/** What a disk, a copy that broke off or an editor does to a file. */
const DAMAGES: Readonly<Record<string, (bytes: Buffer) => Uint8Array>> = {
  "cut by a byte": (bytes) => bytes.subarray(0, -1),
  "with a bit flipped": (bytes) => {
    const middle = Math.floor(bytes.length / 2);
    return Buffer.from(bytes).fill((bytes[middle] ?? 0) ^ 1, middle, middle + 1);
  },
  emptied: () => Buffer.alloc(0),
  "cut in half": (bytes) => bytes.subarray(0, bytes.length / 2),
};
const damages = Object.entries(DAMAGES);

let workshop: string;
let names: string[];

beforeAll(async () => {
  workshop = await temporaryFolder();
  await openWorkshop(workshop, ["done", "part-1"]);
  const entries = await readdir(path.join(workshop, "done"), { recursive: true, withFileTypes: true });
  names = entries
    .filter((entry) => entry.isFile() && entry.name !== "manifest.json")
    .map((entry) => path.relative(path.join(workshop, "done"), path.join(entry.parentPath, entry.name)))
    .sort();
}, PATIENCE);

async function damage(file: string, change: (bytes: Buffer) => Uint8Array): Promise<void> {
  await writeFile(file, change(await readFile(file)));
}

describe("a finished folder with damaged files", () => {
  it(
    "is whole again after the same sweep, byte for byte",
    async () => {
      const reference = await treeOf(await begin(SWEEP, workshop, path.join(workshop, "reference")));
      const folder = path.join(workshop, "damaged");
      // All files at once, each in another way; or each alone in each way.
      const rounds = WHOLE
        ? names.flatMap((name) => damages.map((way) => [[name, way] as const]))
        : damages.map((_, round) =>
            names.map(
              (name, i) => [name, damages[(i + round) % damages.length] as (typeof damages)[0]] as const,
            ),
          );
      for (const round of rounds) {
        await begin(SWEEP, workshop, folder);
        for (const [name, [, change]] of round) await damage(path.join(folder, "done", name), change);
        const { code, stderr } = await runWithFault(SWEEP.args, folder, { steps: "changes" });
        expect(code === 0 ? code : stderr).toBe(0);
        expect([...(await treeOf(folder))]).toEqual([...reference]);
        await rm(folder, { recursive: true });
      }
    },
    PATIENCE,
  );

  it.each(damages)("is refused, and stays as it is, when its manifest is %s", async (_way, change) => {
    const folder = await begin(SWEEP, workshop, path.join(workshop, `manifest ${_way}`));
    await damage(path.join(folder, "done", "manifest.json"), change);
    const before = await treeOf(folder);
    const { code, stderr } = await runWithFault(SWEEP.args, folder, { steps: "changes" });
    // A byte less is a line end less: nothing is lost.
    expect(code).toBe(change === DAMAGES["cut by a byte"] ? 0 : 2);
    if (code === 0) return;
    expect(stderr).not.toMatch(UNEXPLAINED);
    expect(stderr).toMatch(/manifest\.json is not a manifest|holds a sweep with other settings/);
    expect([...(await treeOf(folder))]).toEqual([...before]);
  });
});

/** Every value of a JSON text, replaced by one of another type, or left out. */
function* changedValues(value: unknown, put: (value: unknown) => unknown): Generator<unknown> {
  for (const other of [undefined, null, -1.5, "text", [], {}, [null]]) yield put(other);
  if (typeof value !== "object" || value === null) return;
  // The first items of a list stand for all.
  for (const [key, inner] of Object.entries(value).slice(0, Array.isArray(value) ? 2 : 50)) {
    yield* changedValues(inner, (other) =>
      put(Array.isArray(value) ? value.with(Number(key), other) : { ...value, [key]: other }),
    );
  }
}

/** All changed values; or every third, by which of the seven replacements each has its turn. */
function* someChanged(whole: unknown): Generator<unknown> {
  let count = 0;
  for (const changed of changedValues(whole, (value) => value)) if (WHOLE || count++ % 3 === 0) yield changed;
}

describe("what is read from a folder", () => {
  it.each(["manifest.json", "snapshots.json"])(
    "is refused by the name of its file when %s holds something else",
    async (name) => {
      const folder = path.join(workshop, `edited ${name}`);
      await cp(path.join(workshop, "done"), folder, { recursive: true });
      const file = path.join(folder, name);
      const whole: unknown = JSON.parse(await readFile(file, "utf8"));
      let refused = 0;
      for (const changed of someChanged(whole)) {
        await writeFile(file, JSON.stringify(changed) ?? "");
        try {
          const { folder: recorded } = await readResults(folder);
          if (recorded !== undefined) recordedFacts(folder, recorded.manifest);
          await readDetails(folder);
        } catch (error) {
          expect(error).toBeInstanceOf(PruneLabError);
          const { message, kind } = error as PruneLabError;
          expect(kind).toBe("input");
          // A manifest may also name another table.
          expect(message).toContain(name === "manifest.json" ? folder : file);
          expect(message.length).toBeLessThan(500);
          refused++;
        }
      }
      expect(refused).toBeGreaterThan(100);
    },
    PATIENCE,
  );

  it("is refused by merge in a sentence", async () => {
    const folder = path.join(workshop, "edited part");
    await cp(path.join(workshop, "part-1"), folder, { recursive: true });
    const file = path.join(folder, "manifest.json");
    const whole: unknown = JSON.parse(await readFile(file, "utf8"));
    for (const changed of someChanged(whole)) {
      await writeFile(file, JSON.stringify(changed) ?? "");
      const out = path.join(workshop, "merged from edited");
      // Without the other part it never comes to drawing.
      await expect(merge(out, [folder])).rejects.toMatchObject({ kind: "input" });
    }
  });
});
