import { rm } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { chosen, runWithFault, treeOf, UNEXPLAINED } from "./run.ts";
import { begin, openWorkshop, type Scenario, scenarios } from "./scenarios.ts";

/** Every step may take seconds, and with PRUNE_LAB_FAULTS=all there are hundreds. */
const PATIENCE = process.env.PRUNE_LAB_FAULTS === "all" ? 7_200_000 : 300_000;

let workshop: string;

beforeAll(async () => {
  workshop = await temporaryFolder();
  await openWorkshop(workshop);
}, PATIENCE);

/** What the command leaves when nothing goes wrong, and how many steps that takes. */
async function undisturbed(scenario: Scenario) {
  const folder = await begin(scenario, workshop, path.join(workshop, `${scenario.name} undisturbed`));
  const { code, stderr, steps } = await runWithFault(scenario.args, folder, { steps: "changes" });
  expect(stderr).not.toMatch(UNEXPLAINED);
  expect(code).toBe(0);
  return { tree: await treeOf(folder), steps };
}

describe("killed at any change of the file system, the same command ends as if nothing had happened", () => {
  it.each(scenarios.map((scenario) => [scenario.name, scenario] as const))(
    "%s",
    async (name, scenario) => {
      const { tree, steps } = await undisturbed(scenario);
      const whole = process.env.PRUNE_LAB_FAULTS === "all";
      const folder = path.join(workshop, `${name} killed`);
      const finish = async (told: string) => {
        const { code, stderr } = await runWithFault(scenario.args, folder, { steps: "changes" });
        expect({ told, code, stderr }).toMatchObject({ told, code: 0 });
        expect({ told, tree: [...(await treeOf(folder))] }).toEqual({ told, tree: [...tree] });
        await rm(folder, { recursive: true });
      };
      if (!whole) await begin(scenario, workshop, folder);
      // In a sample, one folder is killed again and again before it is finished; else each kill has a folder of its own.
      for (const [i, at] of chosen(steps, scenario.sample).entries()) {
        for (const does of whole ? ["kill", "torn"] : [i % 2 === 0 ? "kill" : "torn"]) {
          if (whole) await begin(scenario, workshop, folder);
          const { killed, stderr } = await runWithFault(scenario.args, folder, {
            steps: "changes",
            at,
            does,
          });
          expect(stderr).not.toMatch(UNEXPLAINED);
          if (whole) await finish(`${does} at ${at} of ${steps}${killed ? "" : ", which it did not reach"}`);
        }
      }
      if (!whole) await finish("killed several times");
    },
    PATIENCE,
  );
});
