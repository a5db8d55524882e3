import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { findInstallation } from "../../../src/engines/tensorflow/installation.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../../support/tiny-study.ts";

afterEach(() => vi.unstubAllEnvs());

test.runIf(findInstallation() !== undefined)(
  "a study runs in one worker, gives the same bytes again, and agrees with the reference",
  async () => {
    const folder = await temporaryFolder();
    const results: string[] = [];
    for (const name of ["first", "second"]) {
      const options = await tinyStudy(folder, { engine: "tensorflow" });
      const { events } = await runIn(path.join(folder, name), options, { workers: 4 });
      expect(events).toContainEqual(expect.objectContaining({ event: "planned", workers: 1 }));
      expect(events).toContainEqual(
        expect.objectContaining({
          event: "notice",
          message: "The engine tensorflow runs in one worker at most, not in the 4 asked for.",
        }),
      );
      results.push(await readFile(path.join(folder, name, "results.csv"), "utf8"));
    }
    expect(results[1]).toBe(results[0]);

    const { outcome: expected } = await runIn(path.join(folder, "reference"), await tinyStudy(folder));
    const { outcome } = await runIn(
      path.join(folder, "first"),
      await tinyStudy(folder, { engine: "tensorflow" }),
    );
    // Of 60 test examples, one may fall on the other side.
    for (const [i, row] of expected.results.entries()) {
      expect(Math.abs((outcome.results[i]?.accuracy ?? 0) - (row.accuracy ?? 0))).toBeLessThan(1.5 / 60);
    }
    const manifest = JSON.parse(await readFile(path.join(folder, "first", "manifest.json"), "utf8")) as {
      engine: unknown;
    };
    expect(manifest.engine).toMatchObject({
      name: "tensorflow",
      device: expect.stringMatching(/^(CPU, \d+ threads?|GPU .*), TensorFlow \d+\.\d+/),
      reproducible: expect.stringContaining("deterministic mode"),
    });
  },
);

test.runIf(findInstallation() !== undefined)(
  "a study in lanes gives the same bytes however many of its runs are at work at once",
  async () => {
    vi.stubEnv("PRUNE_LAB_TENSORFLOW_LANES", "4");
    const folder = await temporaryFolder();
    const results: string[] = [];
    for (const workers of [4, 1, 3]) {
      const out = path.join(folder, String(workers));
      const options = await tinyStudy(folder, { engine: "tensorflow" });
      const { events } = await runIn(out, options, { workers });
      expect(events).toContainEqual(expect.objectContaining({ event: "planned", workers }));
      results.push(await readFile(path.join(out, "results.csv"), "utf8"));
    }
    expect(results[1]).toBe(results[0]);
    expect(results[2]).toBe(results[0]);
  },
);
