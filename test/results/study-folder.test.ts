import { readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { prepareStudy } from "../../src/experiment/prepare.ts";
import { failure } from "../../src/foundations/errors.ts";
import { workOf } from "../../src/library/study.ts";
import { finishStudy, openStudy } from "../../src/results/study-folder.ts";
import { findStored } from "../../src/scheduling/share.ts";
import { filesOf } from "../support/results.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../support/tiny-study.ts";

it("writes tables and checkpoints also where charts cannot be drawn", async () => {
  const root = await temporaryFolder();
  const options = await tinyStudy(root);
  const folder = path.join(root, "study");
  await runIn(folder, options);
  const whole = await filesOf(folder);
  for (const name of await readdir(folder)) {
    if (name !== "runs" && name !== "manifest.json") await rm(path.join(folder, name), { recursive: true });
  }

  const notify = () => {};
  const study = await prepareStudy({ options, dataDir: undefined, notify });
  const { runs } = study.plan;
  const open = await openStudy({
    ...{ study, runs, folder, configText: "", notify },
    ...{ checkpoints: "baselines", charts: true, fresh: false, shard: undefined },
  });
  const [share] = await findStored([workOf(open, study.data, notify)]);
  const refuse = () => Promise.reject(failure("No picture can be made."));
  try {
    await expect(
      finishStudy(open, share?.stored as never, notify, { rasterize: refuse, subsetFont: refuse }),
    ).rejects.toThrow("No picture can be made.");
  } finally {
    await open.folder.release();
  }
  const found = await filesOf(folder);
  for (const [name, bytes] of whole) {
    if (name.endsWith(".csv") || name.startsWith("checkpoints"))
      expect([name, found.get(name)]).toEqual([name, bytes]);
  }
  // `--fresh` finds them.
  const { files } = JSON.parse(await readFile(path.join(folder, "manifest.json"), "utf8"));
  expect(files).toEqual(expect.arrayContaining(["results.csv", "summary.csv"]));
});
