import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { ClusterFolder, type StudyFile } from "../../src/cluster/folder.ts";
import { workOnTask } from "../../src/cluster/work.ts";
import { prepareStudy } from "../../src/experiment/prepare.ts";
import { packageVersion } from "../../src/foundations/paths.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { tinyStudy } from "../support/tiny-study.ts";

const TOKEN = "prune-lab-0123456789ab";

/** Lets this node work on a task of one run, whose plan was made with `changes`. Returns how it ended, and what it told. */
async function workWith(changes: (study: StudyFile) => Partial<StudyFile>) {
  const results = await temporaryFolder();
  const options = await tinyStudy(results);
  const prepared = await prepareStudy({ options, dataDir: undefined, notify: () => {} });
  prepared.data.release();
  const planned: StudyFile = {
    version: packageVersion(),
    node: process.version,
    engine: prepared.engine,
    checkpoints: "baselines",
    datasetChecksum: prepared.dataset.checksum,
    options: prepared.options,
    dataDir: undefined,
    plugins: [],
  };
  const folder = new ClusterFolder(results);
  const state = { token: TOKEN, scheduler: "slurm", study: "", probe: null, arrays: [] };
  await folder.create(state, undefined);
  const study = await folder.writeStudy(state, { ...planned, ...changes(planned) });
  const [run = { id: "" }] = prepared.plan.runs;
  await folder.writeArray(TOKEN, 1, { study, tasks: { 0: [run.id] }, keep: {} });
  const { signal } = new AbortController();
  const end = await workOnTask({ folder, token: TOKEN, task: "1.0", threads: 1, stop: signal, wind: signal });
  const text = await readFile(path.join(folder.events(TOKEN), "1.0.jsonl"), "utf8");
  return {
    end,
    events: text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  };
}

test("a node that is as the plan has it computes", async () => {
  const { end, events } = await workWith(() => ({}));
  expect(end).toBe("done");
  expect(events.map(({ event }) => event)).toContain("run-finished");
});

test.each([
  [
    "another version of prune-lab",
    () => ({ version: "0.0.1" }),
    `prune-lab is ${packageVersion()} there, and the plan was made with 0.0.1.`,
  ],
  [
    "another version of Node",
    () => ({ node: "v20.0.0" }),
    `Node is ${process.version} there, and the plan was made with v20.0.0.`,
  ],
  [
    "another engine behind the same name",
    ({ engine }: StudyFile) => ({ engine: { ...engine, identity: "another" } }),
    "and the plan was made with another.",
  ],
  [
    "other data",
    () => ({ datasetChecksum: "0".repeat(64) }),
    `and the plan was made with ${"0".repeat(64)}.`,
  ],
])("a node with %s says so and computes nothing", async (_, changes, message) => {
  const { end, events } = await workWith(changes);
  expect(end).toBe("misfit");
  expect(events.map(({ event }) => event)).toEqual(["misfit", "task-ended"]);
  expect(events[0].message).toContain(message);
});
