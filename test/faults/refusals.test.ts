import { rm } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { chosen, type Fault, PATIENCE, runWithFault, treeOf, UNEXPLAINED, WHOLE } from "./run.ts";
import { begin, openWorkshop, scenarios } from "./scenarios.ts";

const CODES: Readonly<Record<Fault["steps"], readonly string[]>> = {
  changes: ["EIO", "ENOSPC", "EDQUOT", "EMFILE", "EFBIG", "EPERM", "EROFS", "ESTALE", "EACCES", "ENOMEM"],
  reads: ["EACCES", "EIO", "EMFILE", "ESTALE", "ENOMEM", "EPERM"],
};

/** In a quick run, the commands that draw nothing, or stop before they do. */
const QUICK: Readonly<Record<string, Readonly<Record<Fault["steps"], number>>>> = {
  "sweep --shard": { changes: 9, reads: 5 },
  merge: { changes: 0, reads: 3 },
  "report --out": { changes: 0, reads: 3 },
  "check --update": { changes: 3, reads: 3 },
  init: { changes: 3, reads: 0 },
};

let workshop: string;

beforeAll(async () => {
  workshop = await temporaryFolder();
  await openWorkshop(workshop, WHOLE ? ["done", "other", "part-1", "part-2"] : ["done", "part-1", "part-2"]);
}, PATIENCE);

describe("where the system refuses a call, the command says why, and the same command then ends as if it had not", () => {
  const sampleOf = (name: string, steps: Fault["steps"]) => QUICK[name]?.[steps] ?? 0;
  const cases = scenarios.flatMap((scenario) =>
    (["changes", "reads"] as const)
      .filter((steps) => WHOLE || sampleOf(scenario.name, steps) > 0)
      .map((steps) => [scenario.name, steps, scenario] as const),
  );

  it.concurrent.each(cases)(
    "%s (%s)",
    async (name, kind, scenario) => {
      const folder = path.join(workshop, `${name} ${kind}`);
      await begin(scenario, workshop, folder);
      const undisturbed = await runWithFault(scenario.args, folder, { steps: kind });
      expect(undisturbed).toMatchObject({ code: 0 });
      const tree = await treeOf(folder);
      await rm(folder, { recursive: true });

      await begin(scenario, workshop, folder);
      const codes = CODES[kind];
      for (const [i, at] of chosen(undisturbed.steps, sampleOf(name, kind)).entries()) {
        const does = codes[i % codes.length] ?? "EIO";
        const lasts = i % 3 === 2;
        const { code, stderr } = await runWithFault(scenario.args, folder, { steps: kind, at, does, lasts });
        const told = `${does} at ${at} of ${undisturbed.steps}: ${stderr}`;
        expect(told).not.toMatch(UNEXPLAINED);
        expect({ told, code: code === null ? "killed" : code }).toMatchObject({
          code: expect.toBeOneOf([0, 2, 3]),
        });
        if (code !== 0) expect(stderr).toMatch(/^prune-lab: .+\./m);
      }
      const finished = await runWithFault(scenario.args, folder, { steps: kind });
      expect(finished).toMatchObject({ code: 0 });
      expect([...(await treeOf(folder))]).toEqual([...tree]);
    },
    PATIENCE,
  );
});
