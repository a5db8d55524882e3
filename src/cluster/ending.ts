import { PruneLabError } from "../foundations/errors.ts";
import type { Share } from "../scheduling/share.ts";
import type { ClusterFolder, ClusterState } from "./folder.ts";
import type { OwnTasks } from "./own-tasks.ts";
import type { Scheduler } from "./scheduler.ts";
import { takeAway, untilGone } from "./take-away.ts";

/** How long tasks get to end that have told of their last run. */
const LAST_SECONDS = 3;

const AGAIN = "Run the same command again to continue.";

interface EndingSweep {
  readonly scheduler: Scheduler;
  readonly folder: ClusterFolder;
  readonly keepLogs: boolean;
  readonly share: Share;
  readonly state: ClusterState;
  readonly own: OwnTasks;
  readonly tell: (message: string) => void;
}

/** How a sweep on a cluster ends: what becomes of its tasks and of what they have told, and what is said of it. */
export class Ending {
  readonly #sweep: EndingSweep;

  constructor(sweep: EndingSweep) {
    this.#sweep = sweep;
  }

  /** Everything is stored. What cannot be taken out of the queue is told, and stays known. */
  async done(): Promise<void> {
    const { scheduler, folder, keepLogs, share, state } = this.#sweep;
    const isEnded = await this.endTasks();
    if (isEnded) await scheduler.forget(state.token);
    await share.trim();
    if (isEnded && !keepLogs) await folder.remove();
  }

  /** Nothing of ours is to stay in the queue; false, and told, where something does. */
  async endTasks(): Promise<boolean> {
    const { scheduler, state, own, tell } = this.#sweep;
    if (own.active.length === 0) return true;
    const { token } = state;
    const left = await untilGone(scheduler, token, LAST_SECONDS).catch(() => undefined);
    const trouble = left === 0 ? undefined : await takeAway(scheduler, token);
    if (trouble !== undefined)
      tell(`The sweep needs its tasks no more, but ${trouble}. ${this.#cancelLater}`);
    return trouble === undefined;
  }

  /** Takes the tasks away, for somebody has ended the sweep; `hear` takes in what they have told until then. */
  async cancelled(hear: () => Promise<void>): Promise<PruneLabError> {
    const { scheduler, folder, keepLogs, state, own, tell } = this.#sweep;
    const { length } = own.active;
    if (length > 0) tell(`Cancelling ${length} ${length === 1 ? "task" : "tasks"}.`);
    const trouble = await takeAway(scheduler, state.token);
    // What finished meanwhile counts; what failed does not matter any more.
    await hear().catch(() => {});
    if (trouble !== undefined) return this.#interrupted(`, but ${trouble}`, this.#cancelLater);
    if (!keepLogs) await folder.remove();
    return this.#interrupted(", and the tasks are cancelled", AGAIN);
  }

  /** Leaves the tasks, for this process alone was ended; `hasLooked`: whether the queue was seen. */
  left(hasLooked: boolean): PruneLabError {
    const { folder, state, own } = this.#sweep;
    const { length } = own.active;
    const isKnown = hasLooked && state.arrays.every(({ job }) => job !== null);
    if (length === 0 && isKnown) return this.#interrupted(", and none of its tasks is in the queue", AGAIN);
    const tasks =
      length === 0
        ? "what is in the queue stays there"
        : `${length} ${length === 1 ? "task stays" : "tasks stay"} in the queue`;
    return this.#interrupted(
      `, and ${tasks}`,
      `How far they are: prune-lab status ${folder.results}\nCancel them: prune-lab cancel ${folder.results}\n` +
        "Run the same command again to follow them.",
    );
  }

  /** Another command has taken the tasks away. */
  cancelledElsewhere(): PruneLabError {
    const message = `The tasks were cancelled by another command: ${this.#kept}.`;
    return new PruneLabError("interrupted", message, { hint: AGAIN });
  }

  #interrupted(what: string, hint: string): PruneLabError {
    return new PruneLabError("interrupted", `Interrupted: ${this.#kept}${what}.`, { hint });
  }

  get #kept(): string {
    const { stored, work } = this.#sweep.share;
    return `${stored.size} of ${work.runs.length} runs are kept`;
  }

  get #cancelLater(): string {
    return `Cancel them later: prune-lab cancel ${this.#sweep.folder.results}`;
  }
}
