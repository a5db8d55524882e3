import { setTimeout as sleep } from "node:timers/promises";
import type { EngineDescription } from "../engines/engine.ts";
import { failure, PruneLabError } from "../foundations/errors.ts";
import { contentHash } from "../foundations/hash.ts";
import { packageVersion } from "../foundations/paths.ts";
import { Terminated } from "../foundations/terminated.ts";
import { type ClusterFolder, type ClusterState, EventTail } from "./folder.ts";
import { Patience } from "./patience.ts";
import { PROBE_ARRAY, probeName, probeSubmission } from "./probe-submission.ts";
import { isActive, type QueueElement, type Scheduler, TryLater } from "./scheduler.ts";
import type { SlurmSettings } from "./settings.ts";
import { prospectHint, prospectOf } from "./slurm/prospect.ts";
import { SHORTEST_POLL_SECONDS, takeAway } from "./take-away.ts";

export interface ProbeQuestion {
  readonly engine: string;
  readonly folder: ClusterFolder;
  readonly settings: SlurmSettings;
  readonly scheduler: Scheduler;
}

export interface ProbeRequest extends ProbeQuestion {
  readonly workingFolder: string;
  readonly script: (token: string) => string;
  readonly signal: AbortSignal;
  readonly notify: (message: string) => void;
}

const PROBE_TASK = `${PROBE_ARRAY}.0`;

/**
 * What an engine is on a node of the cluster: asked from one by a task, unless tasks of the sweep were planned with it,
 * whose plan says it. It does not matter when this ends: called again, it finds the task by its name, or what it told.
 *
 * Throws a PruneLabError: `input` where the scheduler refuses, `failure` when the node cannot run it, `interrupted` when
 * the signal was aborted. Then the task is cancelled, unless the reason is a `Terminated`.
 */
export async function engineOnNode(request: ProbeRequest): Promise<EngineDescription> {
  const { folder, scheduler, signal } = request;
  const state = (await folder.readState()) ?? folder.newState(scheduler.address);
  const planned = await plannedEngine(request, state);
  if (planned !== undefined) return planned;
  const probe = new Probe(request, state);
  try {
    await probe.begin();
    return await probe.answer();
  } catch (error) {
    if (!signal.aborted) {
      await scheduler.cancel(probeName(state.token)).catch(() => {});
      await probe.forget();
      throw error;
    }
    throw signal.reason instanceof Terminated ? probe.left() : await probe.cancelled();
  }
}

/** Whether engineOnNode would submit a task; looks, and changes nothing. */
export async function isToAsk(question: ProbeQuestion): Promise<boolean> {
  const { folder, scheduler } = question;
  const state = await folder.readState();
  if (state === undefined) return true;
  if ((await plannedEngine(question, state)) !== undefined) return false;
  if (state.probe !== hashOf(question)) return true;
  if (await isAnswered(folder, state.token)) return false;
  // Where the scheduler does not answer, or there is none, nothing is known of a task.
  const queue = await scheduler.queue(probeName(state.token)).catch((error: unknown) => {
    if (error instanceof PruneLabError || error instanceof TryLater) return [];
    throw error;
  });
  return !queue.some(isActive);
}

/** What the engine is by the plan of tasks that were submitted. */
async function plannedEngine(
  { engine, folder }: ProbeQuestion,
  { study, token }: ClusterState,
): Promise<EngineDescription | undefined> {
  if (study === "") return undefined;
  const planned = (await folder.readStudy(token, study)).engine;
  return planned.name === engine ? planned : undefined;
}

/** What is asked, and how: a task that asks something else answers nothing. */
function hashOf({ engine, settings }: ProbeQuestion): string {
  return contentHash({ engine, settings, version: packageVersion() });
}

/** Whether the task has told something. */
async function isAnswered(folder: ClusterFolder, token: string): Promise<boolean> {
  const events = await new EventTail(folder.eventsFile(token, PROBE_TASK)).read();
  return events.some(({ event }) => event !== "task-ended");
}

class Probe {
  readonly #request: ProbeRequest;
  readonly #state: ClusterState;
  readonly #name: string;
  readonly #tail: EventTail;
  readonly #silence: Patience;
  #job = "";

  constructor(request: ProbeRequest, state: ClusterState) {
    this.#request = request;
    this.#state = state;
    this.#name = probeName(state.token);
    this.#tail = new EventTail(request.folder.eventsFile(state.token, PROBE_TASK));
    this.#silence = new Patience(request.notify);
  }

  /** Submits the task, unless it was submitted for the same question. */
  async begin(): Promise<void> {
    const { engine, folder, scheduler, notify } = this.#request;
    const { token } = this.#state;
    const question = hashOf(this.#request);
    if (this.#state.probe === question) {
      // It is told once more by `answer`.
      if (await isAnswered(folder, token)) return;
      const found = await this.#find();
      if (found !== undefined) {
        this.#job = found.job;
        notify(`A node is asked already what ${engine} is there (job ${this.#job}).`);
        return;
      }
    } else if (this.#state.probe !== null) {
      const trouble = await takeAway(scheduler, this.#name);
      if (trouble !== undefined) throw failure(`Another question was asked, but ${trouble}.`);
    }
    await folder.create(this.#state, this.#request.script(token));
    await folder.forgetEvents(token, PROBE_TASK);
    await folder.writeArray(token, PROBE_ARRAY, { probe: engine });
    this.#state.probe = question;
    await folder.writeState(this.#state);
    this.#job = await this.#submit();
    notify(`A node is asked what ${engine} is there (job ${this.#job}).`);
  }

  /** Waits for what the task tells. */
  async answer(): Promise<EngineDescription> {
    const { engine, folder, signal } = this.#request;
    for (let isThere = true; ; ) {
      for (const event of await this.#tail.read()) {
        if (event.event === "engine") return event.engine;
        if (event.event === "misfit" || event.event === "task-failed") {
          throw failure(`${event.node} cannot compute with ${engine}: ${event.message}`);
        }
      }
      if (!isThere) {
        const words = await folder.lastWords(this.#state.token, PROBE_TASK);
        throw failure(
          `The task that asks a node what ${engine} is there ended without an answer.${words === undefined ? "" : `\nThe last that it printed: ${words}`}`,
        );
      }
      await sleep(SHORTEST_POLL_SECONDS * 1000, undefined, { signal });
      const queue = await this.#look();
      if (queue === undefined) continue;
      const found = queue.find(isActive);
      isThere = found !== undefined;
      if (found !== undefined && prospectOf(found) !== "waits") {
        throw failure(`The task that asks a node will never run (${found.reason}).`, {
          hint: prospectHint(found.reason, [found.job]),
        });
      }
    }
  }

  /** Nothing of it is left in the folder; a sweep's tasks are. */
  async forget(): Promise<void> {
    const { folder } = this.#request;
    const { token, study, arrays } = this.#state;
    if (study === "" && arrays.length === 0) return folder.remove();
    await folder.forgetEvents(token, PROBE_TASK);
    this.#state.probe = null;
    await folder.writeState(this.#state);
  }

  async cancelled(): Promise<PruneLabError> {
    const { scheduler, folder } = this.#request;
    const cancel = `prune-lab cancel ${folder.results}`;
    const trouble = await takeAway(scheduler, this.#name);
    if (trouble !== undefined) {
      return new PruneLabError("interrupted", `Interrupted while a node was asked, but ${trouble}.`, {
        hint: `Cancel it later: ${cancel}`,
      });
    }
    await this.forget();
    return new PruneLabError(
      "interrupted",
      "Interrupted: nothing new is submitted, and the task that asks a node is cancelled.",
      this.#state.arrays.length === 0 ? {} : { hint: `Cancel what was in the queue before: ${cancel}` },
    );
  }

  left(): PruneLabError {
    const { folder } = this.#request;
    const job = this.#job === "" ? "" : ` (job ${this.#job})`;
    return new PruneLabError(
      "interrupted",
      `Interrupted: the task that asks a node${job} stays in the queue.`,
      {
        hint: `Cancel it: prune-lab cancel ${folder.results}\nRun the same command again to continue.`,
      },
    );
  }

  /** Submits it as soon as the scheduler takes it, and once alone. */
  async #submit(): Promise<string> {
    const { scheduler, settings, folder, workingFolder, signal, notify } = this.#request;
    const { token } = this.#state;
    const refused = new Patience(notify);
    for (;;) {
      try {
        return await scheduler.submit(settings, probeSubmission(folder, token, workingFolder));
      } catch (error) {
        if (!(error instanceof TryLater)) throw error;
        refused.wait(`${scheduler.title} takes no more tasks now (${error.message})`);
      }
      await sleep(SHORTEST_POLL_SECONDS * 1000, undefined, { signal });
      // It may have done its work although it did not say so.
      const found = await this.#find();
      if (found !== undefined) return found.job;
    }
  }

  /** The task in the queue. A call that is under way may not have put it there yet: it is looked for twice. */
  async #find(): Promise<QueueElement | undefined> {
    for (let looks = 0; looks < 2; ) {
      const queue = await this.#look();
      const found = queue?.find(isActive);
      if (found !== undefined) return found;
      if (queue !== undefined) looks++;
      await sleep(SHORTEST_POLL_SECONDS * 1000, undefined, { signal: this.#request.signal });
    }
    return undefined;
  }

  /** What the queue has of it; undefined where the scheduler does not answer now. */
  async #look(): Promise<QueueElement[] | undefined> {
    const { scheduler } = this.#request;
    try {
      const queue = await scheduler.queue(this.#name);
      this.#silence.rest();
      return queue;
    } catch (error) {
      if (!(error instanceof TryLater)) throw error;
      this.#silence.wait(`${scheduler.title} does not answer (${error.message})`);
      return undefined;
    }
  }
}
