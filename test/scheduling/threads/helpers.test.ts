import path from "node:path";
import { describe, expect, it } from "vitest";
import { kernelsNative } from "../../../src/engines/kernels/index.ts";
import { Helpers } from "../../../src/scheduling/threads/helpers.ts";
import type { HelpTask } from "../../../src/scheduling/threads/worker.ts";
import { filesOf } from "../../support/results.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../../support/tiny-study.ts";

describe("threads that no run waits for", () => {
  /** Leads runs that last until they are told to end, and counts who helps each. */
  function bench() {
    const tasks: HelpTask[] = [];
    const helpers = new Helpers(async (task) => {
      tasks.push(task);
    });
    const meetings: SharedArrayBuffer[] = [];
    const lead = (engine: string) => {
      let end = (_error?: Error) => {};
      const ended = helpers.lead(engine, (meeting) => {
        if (meeting !== undefined) meetings.push(meeting);
        return new Promise((resolve, reject) => {
          end = (error) => (error === undefined ? resolve() : reject(error));
        });
      });
      return { ended, end: (error?: Error) => end(error) };
    };
    const counts = () =>
      meetings.map(
        (meeting) => tasks.filter((task) => task.meeting === meeting && task.over[0] === 0).length,
      );
    return { helpers, lead, counts, tasks };
  }

  it("are shared out evenly, and called away when there is other work", () => {
    const { helpers, lead, counts } = bench();
    helpers.share(3);
    lead("kernels-native");
    expect(counts()).toEqual([3]);
    lead("kernels-native");
    expect(counts()).toEqual([1, 2]);
    helpers.share(1);
    expect(counts()).toEqual([0, 1]);
    helpers.share(0);
    expect(counts()).toEqual([0, 0]);
    helpers.share(5);
    expect(counts()).toEqual([2, 3]);
  });

  it("leave when the run ends, also when it fails", async () => {
    const { helpers, lead, counts } = bench();
    helpers.share(2);
    const [one, other] = [lead("kernels-native"), lead("kernels-native")];
    one.end(new Error("no"));
    await expect(one.ended).rejects.toThrow("no");
    expect(counts()).toEqual([0, 1]);
    other.end();
    await other.ended;
    expect(counts()).toEqual([0, 0]);
  });

  it.each(["kernels-wasm", "tensorflow", "reference"])("do not help %s", (engine) => {
    const { helpers, lead, tasks } = bench();
    helpers.share(2);
    lead(engine);
    expect(tasks).toEqual([]);
  });
});

const available = (await kernelsNative.check()).available;

describe.runIf(available)("a study of one seed on the native kernels", () => {
  const study = (root: string, epochs: number) =>
    tinyStudy(root, {
      engine: "kernels-native",
      model: { name: "mlp", hidden: [256, 128] },
      train: { epochs, batchSize: 16, optimizer: { name: "adam", learningRate: 0.002 } },
      seeds: [0],
    });

  it("gives the same files for any number of workers", async () => {
    const root = await temporaryFolder();
    const options = await study(root, 100);
    const [one, ...more] = await Promise.all(
      [1, 2, 3].map(async (workers) => {
        const folder = path.join(root, `${workers}`);
        await runIn(folder, options, { workers });
        return filesOf(folder);
      }),
    );
    for (const files of more) expect(files).toEqual(one);
  });

  it("ends soon when it is interrupted while a thread helps", async () => {
    const root = await temporaryFolder();
    // Left alone it would outlast the test's timeout by far.
    const options = await study(root, 100_000);
    const interruption = new AbortController();
    const running = runIn(path.join(root, "results"), options, {
      signal: interruption.signal,
      onEvent: (event) => {
        if (event.event === "run-progress" && event.fraction > 0) interruption.abort();
      },
    });
    await expect(running).rejects.toMatchObject({ kind: "interrupted" });
  });
});
