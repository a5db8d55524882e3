import { renameSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { StudyOptions } from "../../src/experiment/options.ts";
import { type RunOptions, runStudies } from "../../src/library/study.ts";
import type { StudyEvent } from "../../src/scheduling/events.ts";
import { filesOf } from "../support/results.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../support/tiny-study.ts";

let root: string;
/** Two methods; the same baselines with other methods, another dense control's name; other training. */
let studies: readonly [StudyOptions, StudyOptions, StudyOptions];

beforeAll(async () => {
  root = await temporaryFolder();
  const first = await tinyStudy(root, { name: "first" });
  const second = { ...first, name: "second", prune: { ...first.prune, methods: ["random-global" as const] } };
  const third = { ...first, name: "third", train: { ...first.train, epochs: 1 } };
  studies = [first, second, third];
  for (const options of studies) {
    await runIn(path.join(root, "alone", options.name), options);
  }
});

async function batchIn(
  folder: string,
  options: readonly StudyOptions[] = studies,
  changes: Partial<RunOptions> = {},
) {
  const events: StudyEvent[] = [];
  const ends = await runStudies(
    options.map((study) => ({
      options: study,
      folder: path.join(root, folder, study.name),
      dataDir: undefined,
      checkpoints: "baselines",
      charts: false,
      fresh: false,
    })),
    {
      workers: 2,
      shard: undefined,
      keepGoing: false,
      signal: new AbortController().signal,
      ...changes,
      onEvent: (event) => {
        events.push(event);
        changes.onEvent?.(event);
      },
    },
  );
  return { ends, events, states: ends.map(({ state }) => state) };
}

const finishedRuns = (events: readonly StudyEvent[]) =>
  events.flatMap((event) => (event.event === "run-finished" ? [event] : []));

async function expectAsAlone(folder: string, names = studies.map(({ name }) => name)) {
  for (const name of names) {
    expect(await filesOf(path.join(root, folder, name))).toEqual(
      await filesOf(path.join(root, "alone", name)),
    );
  }
}

describe("several studies at once", () => {
  it("each get the folder that they would get alone; equal runs are computed once", async () => {
    const { states, events } = await batchIn("together");
    expect(states).toEqual(["done", "done", "done"]);
    await expectAsAlone("together");
    const shared = finishedRuns(events).filter(({ sharedFrom }) => sharedFrom !== null);
    // The second study's baselines and dense controls are the first's, under its own names.
    expect(shared.map(({ study, run, sharedFrom }) => `${study} ${run} ${sharedFrom}`).sort()).toEqual([
      "second baseline-seed0 first",
      "second baseline-seed1 first",
      "second random-global-0-seed0 first",
      "second random-global-0-seed1 first",
    ]);
    expect(finishedRuns(events).at(-1)?.total).toBe(1);
  });

  it("can be continued alone, and continue what was done alone", async () => {
    const { events } = await runIn(path.join(root, "together", "second"), studies[1]);
    expect(finishedRuns(events)).toEqual([]);
    await runIn(path.join(root, "continued", "first"), studies[0]);
    const batch = await batchIn("continued", studies.slice(0, 2));
    expect(finishedRuns(batch.events).filter(({ study }) => study === "first")).toEqual([]);
    expect(
      finishedRuns(batch.events).filter(({ study, kind }) => study === "second" && kind === "baseline"),
    ).toEqual([]);
    await expectAsAlone("continued", ["first", "second"]);
  });

  it("are interrupted together, and end byte-identical when run again", async () => {
    const interruption = new AbortController();
    let finished = 0;
    const two = studies.slice(0, 2);
    const { states } = await batchIn("interrupted", two, {
      signal: interruption.signal,
      onEvent: ({ event }) => {
        if (event === "run-finished" && ++finished === 6) interruption.abort();
      },
    });
    expect(states).toContain("unfinished");
    expect(states).not.toContain("failed");
    expect((await batchIn("interrupted", two)).states).toEqual(["done", "done"]);
    await expectAsAlone("interrupted", ["first", "second"]);
  });

  it("compute nothing when one cannot begin, unless they are to keep going", async () => {
    const wrong = { ...studies[0], name: "wrong", prune: { ...studies[0].prune, exclude: ["fc9"] } };
    const stopped = await batchIn("stopped", [studies[0], wrong, studies[2]]);
    expect(stopped.states).toEqual(["unfinished", "failed", "unfinished"]);
    expect(finishedRuns(stopped.events)).toEqual([]);
    expect(stopped.events).toContainEqual(
      expect.objectContaining({ event: "failed", study: "wrong", kind: "input" }),
    );
    const going = await batchIn("going", [studies[0], wrong, studies[2]], { keepGoing: true });
    expect(going.states).toEqual(["done", "failed", "done"]);
    await expectAsAlone("going", ["first", "third"]);
  });

  it("go on when another fails while it runs", async () => {
    const [first, , third] = studies;
    const { states } = await batchIn("removed", [first, third], {
      keepGoing: true,
      workers: 1,
      onEvent: (event) => {
        // The first study's baselines vanish while its points are computed.
        if (event.event === "run-started" && event.study === "first" && event.kind === "point") {
          renameSync(path.join(root, "removed", "first", "runs"), path.join(root, "vanished"));
        }
      },
    });
    expect(states).toEqual(["failed", "done"]);
    await expectAsAlone("removed", ["third"]);
    await batchIn("removed", [first, third]);
    await expectAsAlone("removed", ["first", "third"]);
  });
});

describe("shards", () => {
  it("hold no tables, say what they are, and become the whole when run on without --shard", async () => {
    const part = path.join(root, "part", "first");
    const { ends } = await batchIn("part", [studies[0]], { shard: { index: 2, count: 2 } });
    expect(ends[0]).toMatchObject({ state: "done", outcome: { results: [], runs: 6 } });
    const manifest = JSON.parse(await readFile(path.join(part, "manifest.json"), "utf8"));
    expect(manifest.part).toEqual({ shard: 2, of: 2, checkpoints: "baselines" });
    const tops = [...(await filesOf(part)).keys()].filter((name) => !name.startsWith("runs"));
    expect(tops.sort()).toEqual(["config.yaml", "manifest.json"]);
    await batchIn("part", [studies[0]]);
    await expectAsAlone("part", ["first"]);
  });
});
