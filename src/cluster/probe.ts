import { setTimeout as sleep } from "node:timers/promises";
import type { EngineDescription } from "../engines/engine.ts";
import { failure } from "../foundations/errors.ts";
import { type ClusterFolder, EventTail } from "./folder.ts";
import { PROBE_ARRAY, probeSubmission } from "./probe-submission.ts";
import { type Scheduler, TryLater } from "./scheduler.ts";
import type { SlurmSettings } from "./settings.ts";
import { isActive, prospectHint, prospectOf } from "./slurm-lines.ts";

export interface ProbeRequest {
  readonly engine: string;
  readonly folder: ClusterFolder;
  readonly settings: SlurmSettings;
  readonly scheduler: Scheduler;
  readonly workingFolder: string;
  readonly script: (token: string) => string;
  readonly signal: AbortSignal;
  readonly notify: (message: string) => void;
}

const POLL_SECONDS = 1;

/**
 * What an engine is on a node of the cluster: asked from one by a task, unless tasks of the sweep are in the queue, whose
 * plan says it. Throws a PruneLabError of kind `failure` when the node cannot run it.
 */
export async function engineOnNode(request: ProbeRequest): Promise<EngineDescription> {
  const { engine, folder, settings, scheduler, workingFolder, signal, notify } = request;
  const state = (await folder.readState()) ?? folder.newState(scheduler.address);
  if (state.study !== "") {
    const planned = (await folder.readStudy(state.token, state.study)).engine;
    if (planned.name === engine) return planned;
  }
  const { token } = state;
  await folder.create(state, request.script(token));
  await folder.writeArray(token, PROBE_ARRAY, { probe: engine });
  await folder.writeState(state);
  const job = await scheduler.submit(settings, probeSubmission(folder, token, workingFolder));
  await folder.writeState({ ...state, arrays: [...state.arrays, { array: PROBE_ARRAY, job }] });
  notify(`A node is asked what ${engine} is there (job ${job}).`);
  const tail = new EventTail(folder.eventsFile(token, `${PROBE_ARRAY}.0`));
  try {
    for (let isThere = true; ; ) {
      for (const event of await tail.read()) {
        if (event.event === "engine") return event.engine;
        if (event.event === "misfit" || event.event === "task-failed") {
          throw failure(`${event.node} cannot compute with ${engine}: ${event.message}`);
        }
      }
      if (!isThere) {
        const words = await folder.lastWords(token);
        throw failure(
          `The task that asks a node what ${engine} is there ended without an answer.${words === undefined ? "" : `\nThe last that it printed: ${words}`}`,
        );
      }
      await sleep(POLL_SECONDS * 1000, undefined, { signal });
      const found = await elementOf(scheduler, token, job);
      isThere = found === undefined || isActive(found);
      if (found !== undefined && prospectOf(found) !== "waits") {
        throw failure(`The task that asks a node will never run (${found.reason}).`, {
          hint: prospectHint(found.reason, [job]),
        });
      }
    }
  } catch (error) {
    await scheduler.cancel(token).catch(() => {});
    await folder.remove();
    throw error;
  }
}

/** The probe in the queue; undefined where the scheduler does not answer now. */
async function elementOf(scheduler: Scheduler, token: string, job: string) {
  try {
    const queue = await scheduler.queue(token);
    return (
      queue.find((element) => element.job === job) ?? {
        job,
        index: 0,
        state: "COMPLETED",
        reason: "",
        node: "",
      }
    );
  } catch (error) {
    if (error instanceof TryLater) return undefined;
    throw error;
  }
}
