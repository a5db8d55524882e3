import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { StudyOptions } from "../../src/experiment/options.ts";
import { lastOf } from "../../src/experiment/plan.ts";
import { outlineStudy, type StudyOutline } from "../../src/experiment/prepare.ts";
import { runsOfShard } from "../../src/scheduling/shard.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { tinyStudy } from "../support/tiny-study.ts";

let options: StudyOptions;
beforeAll(async () => {
  options = await tinyStudy(await temporaryFolder(), { seeds: [0, 1, 2] });
});

function outline(changes: Partial<StudyOptions> = {}): StudyOutline {
  const dataset = {
    name: "tiny",
    checksum: "data",
    sources: [],
    shape: [1, 6, 6],
    targets: { kind: "classes", classes: 3 },
    examples: { train: 150, validation: 30, test: 60 },
  } as const;
  const engine = { name: "e", identity: "e", device: "", reproducible: "on every machine" } as const;
  return outlineStudy({ ...options, ...changes }, dataset, engine);
}

const shardsOf = (studies: readonly StudyOutline[], count: number) =>
  Array.from({ length: count }, (_, i) => runsOfShard(studies, { index: i + 1, count }));

describe("shards", () => {
  it("hold every point exactly once, and with it its baseline", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.uniqueArray(fc.nat({ max: 9 }), { minLength: 1, maxLength: 5 }),
        (count, seeds) => {
          const study = outline({ seeds });
          const shards = shardsOf([study], count).map(([runs]) => runs ?? []);
          const points = shards.flatMap((runs) => runs.filter(({ kind }) => kind === "point"));
          const planned = study.plan.runs.filter(({ kind }) => kind === "point");
          expect(points.map(({ id }) => id).sort()).toEqual(planned.map(({ id }) => id).sort());
          for (const runs of shards) {
            const ids = runs.map(({ id }) => id);
            for (const { parents } of runs) for (const parent of parents) expect(ids).toContain(parent.run);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it("hold with a point the levels and the checkpoint that it hangs on", () => {
    const method = {
      name: "tickets",
      criterion: { name: "magnitude" },
      allocation: { name: "global" },
      structure: { name: "weight" },
      schedule: { name: "iterative", fraction: 0.2 },
      recovery: { name: "rewind", step: 5, optimizer: "fresh" },
    };
    const study = outline({ prune: { ...options.prune, methods: [method], sparsities: [0.3, 0.6, 0.9] } });
    const shards = shardsOf([study], 5).map(([runs]) => runs ?? []);
    const filling = new Set(study.plan.cells.map(lastOf));
    expect(new Set(shards.flatMap((runs) => runs.map(({ id }) => id))).size).toBe(study.plan.runs.length);
    for (const runs of shards) {
      const ids = runs.map(({ id }) => id);
      for (const { parents } of runs) for (const parent of parents) expect(ids).toContain(parent.run);
    }
    const filled = shards.flatMap((runs) => runs.filter(({ id }) => filling.has(id)).map(({ id }) => id));
    expect(new Set(filled).size).toBe(filling.size);
  });

  it("share no baseline when there are as many shards as seeds", () => {
    const seeds = shardsOf([outline()], 3).map(([runs]) => [...new Set(runs?.map(({ seed }) => seed))]);
    expect(seeds).toEqual([[0], [1], [2]]);
  });

  it("put a run that two studies share into the same shard for both", () => {
    const studies = [outline(), outline({ prune: { ...options.prune, methods: ["random-global"] } })];
    for (const [first, second] of shardsOf(studies, 4)) {
      const shared = (second ?? []).filter(({ id }) => studies[0]?.plan.runs.some((run) => run.id === id));
      const ids = first?.map(({ id }) => id);
      for (const run of shared) expect(ids).toContain(run.id);
    }
  });
});
