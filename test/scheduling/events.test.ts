import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../src/foundations/paths.ts";
import { runStudies } from "../../src/library/study.ts";
import type { StudyEvent } from "../../src/scheduling/events.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { tinyStudy } from "../support/tiny-study.ts";

/** Every kind of event: one that is missing here is a type error. */
const KINDS = {
  planned: true,
  notice: true,
  "run-started": true,
  "run-progress": true,
  "run-finished": true,
  finished: true,
  failed: true,
} satisfies Record<StudyEvent["event"], true>;

/** The fields of each event as docs/events.md lists them. */
async function documented(): Promise<Map<string, string[]>> {
  const text = await readFile(path.join(packageRoot, "docs", "events.md"), "utf8");
  const sections = text.split(/^## /m).slice(1);
  return new Map(
    sections.map((section) => [
      section.split("\n", 1)[0] ?? "",
      [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, field]) => field ?? ""),
    ]),
  );
}

test("docs/events.md lists every event, with exactly the fields that it has", async () => {
  const docs = await documented();
  expect([...docs.keys()].sort()).toEqual([...Object.keys(KINDS), "plan", "found"].sort());

  const root = await temporaryFolder();
  const changes = { seeds: [0], train: { epochs: 20, batchSize: 8 } };
  const options = await tinyStudy(root, changes);
  const collapsing = { ...options, prune: { ...options.prune, sparsities: [1] } };
  const lost = { ...options, name: "lost", prune: { ...options.prune, exclude: ["fc9"] } };
  const events: StudyEvent[] = [];
  await runStudies(
    [collapsing, lost].map((study) => ({
      options: study,
      folder: path.join(root, study.name),
      dataDir: undefined,
      checkpoints: "none",
      charts: false,
      fresh: false,
    })),
    {
      workers: 1,
      shard: undefined,
      keepGoing: true,
      signal: new AbortController().signal,
      onEvent: (event) => events.push(event),
    },
  );
  expect(new Set(events.map(({ event }) => event))).toEqual(new Set(Object.keys(KINDS)));
  for (const event of events) expect(Object.keys(event).sort()).toEqual(docs.get(event.event)?.sort());
});
