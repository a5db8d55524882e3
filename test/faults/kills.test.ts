import { rm } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { chosen, PATIENCE, runWithFault, treeOf, UNEXPLAINED, WHOLE } from "./run.ts";
import { begin, openWorkshop, type Scenario, scenarios } from "./scenarios.ts";

let workshop: string;

beforeAll(async () => {
  workshop = await temporaryFolder();
  await openWorkshop(workshop, ["done", "other", "part-1", "part-2"]);
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
  it.concurrent.each(scenarios.map((scenario) => [scenario.name, scenario] as const))(
    "%s",
    async (name, scenario) => {
      const { tree, steps } = await undisturbed(scenario);
      const folder = path.join(workshop, `${name} killed`);
      const finish = async (told: string) => {
        const { code, stderr } = await runWithFault(scenario.args, folder, { steps: "changes" });
        expect({ told, ending: code === 0 ? code : stderr }).toEqual({ told, ending: 0 });
        expect({ told, tree: [...(await treeOf(folder))] }).toEqual({ told, tree: [...tree] });
        await rm(folder, { recursive: true });
      };
      if (!WHOLE) await begin(scenario, workshop, folder);
      // In a sample, one folder is killed again and again before it is finished; else each kill has a folder of its own.
      for (const [i, at] of chosen(steps, scenario.sample).entries()) {
        for (const does of WHOLE ? ["kill", "torn"] : [i % 2 === 0 ? "kill" : "torn"]) {
          if (WHOLE) await begin(scenario, workshop, folder);
          const { killed, stderr } = await runWithFault(scenario.args, folder, {
            steps: "changes",
            at,
            does,
          });
          expect(stderr).not.toMatch(UNEXPLAINED);
          if (WHOLE) await finish(`${does} at ${at} of ${steps}${killed ? "" : ", which it did not reach"}`);
        }
      }
      if (!WHOLE) await finish("killed several times");
    },
    PATIENCE,
  );
});
