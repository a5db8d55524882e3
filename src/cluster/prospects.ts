import { PruneLabError } from "../foundations/errors.ts";
import type { OwnTasks } from "./own-tasks.ts";
import type { QueueElement, Scheduler } from "./scheduler.ts";
import { prospectHint, prospectOf } from "./slurm/prospect.ts";

/** Looks at which there was nothing in the queue that will run. */
const MOST_STUCK_LOOKS = 1;

/** What is to come of the tasks that wait. */
export class Prospects {
  readonly #scheduler: Scheduler;
  readonly #own: OwnTasks;
  readonly #tell: (message: string) => void;
  #stuckLooks = 0;

  constructor(scheduler: Scheduler, own: OwnTasks, tell: (message: string) => void) {
    this.#scheduler = scheduler;
    this.#own = own;
    this.#tell = tell;
  }

  /**
   * Says at once what will never run; takes away what is lost. Throws a PruneLabError of kind `input` where nothing else is
   * left.
   */
  async look(): Promise<void> {
    const { active } = this.#own;
    const lost = active.filter((element) => prospectOf(element) === "lost");
    if (lost.length > 0) {
      this.#tell(
        lost.length === 1
          ? `1 task will never run (${reasonsOf(lost)}). It is taken away and submitted again.`
          : `${lost.length} tasks will never run (${reasonsOf(lost)}). They are taken away and submitted again.`,
      );
      await this.#scheduler.remove(lost).catch(() => {});
    }
    const stuck = active.filter((element) => prospectOf(element) === "stuck");
    if (stuck.length === 0) {
      this.#stuckLooks = 0;
      return;
    }
    const jobs = [...new Set(stuck.map(({ job }) => job))];
    const hint = prospectHint(stuck[0]?.reason ?? "", jobs);
    this.#tell(
      `${stuck.length === 1 ? "1 task waits" : `${stuck.length} tasks wait`} for something that does not come by itself (${reasonsOf(stuck)}). ${hint}`,
    );
    const others = active.filter(
      (element) => !stuck.includes(element) && !/^Dependency/.test(element.reason),
    );
    this.#stuckLooks = others.length === 0 ? this.#stuckLooks + 1 : 0;
    if (this.#stuckLooks <= MOST_STUCK_LOOKS) return;
    const message = `None of the ${active.length} tasks in the queue will run (${reasonsOf(stuck)}).`;
    throw new PruneLabError("input", message, { hint });
  }
}

function reasonsOf(elements: readonly QueueElement[]): string {
  return [...new Set(elements.map(({ reason }) => reason))].join(", ");
}
