/** A run as far as it matters to who computes it with which others. */
export interface TaskRun {
  readonly id: string;
  /** Those that it hangs on; of others than the ones that are planned, nothing is to be waited for. */
  readonly parents: readonly string[];
  /** Of a dense network: what others hang on. */
  readonly dense: boolean;
  /** Expected seconds on one core. */
  readonly seconds: number;
}

/** Runs that one job computes. */
export interface Task {
  /** Ids, parents first. */
  readonly runs: readonly string[];
  /** Expected seconds on one core. */
  readonly seconds: number;
  /** The task that has to end before, by its place in the list; it has the dense networks that these runs start from. */
  readonly after?: number;
}

/** How much more than its size a task may have rather than be cut in two. */
const SLACK = 1.5;

/**
 * Puts runs together to tasks of about `size` seconds on one core. Runs that hang together, as those of a seed do, stay
 * together where they fit into a task; where they do not, their dense networks are a task of their own, and what hangs on
 * them follows in tasks of about that size. A line of levels, each pruned from the one before, is in one task whatever its
 * size: nothing is computed twice, and no task waits for two others. `runs` has parents first, and so has each task.
 */
export function planTasks(runs: readonly TaskRun[], size: number): Task[] {
  const tasks: Task[] = [];
  const small = new Pile();
  const flush = () => {
    if (small.runs.length > 0) tasks.push(small.take());
  };
  for (const group of hangingTogether(runs, () => true)) {
    const seconds = secondsOf(group);
    const dense = group.filter((run) => run.dense);
    if (seconds <= SLACK * size || dense.length === 0 || dense.length === group.length) {
      // Half a task more is better than a second one of little work.
      if (small.seconds + seconds > SLACK * size) flush();
      small.add(group, seconds);
      if (small.seconds >= size) flush();
      continue;
    }
    flush();
    const after = tasks.push(taskOf(dense)) - 1;
    tasks.push(...followersOf(group, dense, size).map((task) => ({ ...task, after })));
  }
  flush();
  return tasks;
}

/** What hangs on the dense networks of a group, in tasks of about the same size. */
function followersOf(group: readonly TaskRun[], dense: readonly TaskRun[], size: number): Task[] {
  const ids = new Set(dense.map(({ id }) => id));
  const lines = hangingTogether(
    group.filter(({ id }) => !ids.has(id)),
    (parent) => !ids.has(parent),
  ).map((runs) => ({ runs, seconds: secondsOf(runs) }));
  const rest = lines.reduce((sum, { seconds }) => sum + seconds, 0);
  const share = rest / Math.ceil(rest / size);
  const tasks: Task[] = [];
  const part = new Pile();
  let before = 0;
  for (const [i, { runs, seconds }] of lines.entries()) {
    part.add(runs, seconds);
    before += seconds;
    const next = lines[i + 1];
    // At the end of the line that is the nearest to where this task's share ends.
    if (next === undefined || before + next.seconds / 2 >= share * (tasks.length + 1)) {
      tasks.push(part.take());
    }
  }
  return tasks;
}

/** Runs that become a task. */
class Pile {
  runs: string[] = [];
  seconds = 0;

  add(runs: readonly TaskRun[], seconds: number): void {
    for (const { id } of runs) this.runs.push(id);
    this.seconds += seconds;
  }

  take(): Task {
    const task = { runs: this.runs, seconds: this.seconds };
    this.runs = [];
    this.seconds = 0;
    return task;
  }
}

function taskOf(runs: readonly TaskRun[]): Task {
  return { runs: runs.map(({ id }) => id), seconds: secondsOf(runs) };
}

function secondsOf(runs: readonly TaskRun[]): number {
  return runs.reduce((sum, { seconds }) => sum + seconds, 0);
}

/** Parts of the runs between which no run hangs on another, by parents that count; in the order of their first runs. */
function hangingTogether(runs: readonly TaskRun[], counts: (parent: string) => boolean): TaskRun[][] {
  const above = new Map<string, string>(runs.map(({ id }) => [id, id]));
  const top = (id: string): string => {
    let at = id;
    for (let next = above.get(at) as string; next !== at; next = above.get(at) as string) {
      above.set(at, above.get(next) as string);
      at = next;
    }
    return at;
  };
  for (const { id, parents } of runs) {
    for (const parent of parents) if (above.has(parent) && counts(parent)) above.set(top(id), top(parent));
  }
  const groups = new Map<string, TaskRun[]>();
  for (const run of runs) {
    const key = top(run.id);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [run]);
    else group.push(run);
  }
  return [...groups.values()];
}

/** Tasks that are submitted in one go, each under a number. */
export interface TaskArray {
  readonly elements: readonly { readonly index: number; readonly task: Task }[];
  /** The array, by its place in the list, whose element of the same number has to end well before one of these begins. */
  readonly after?: number;
}

/**
 * Tasks as arrays of at most `most` elements: first tasks that wait for nothing, then, number by number, those that wait
 * for them.
 */
export function arraysOf(tasks: readonly Task[], most: number): TaskArray[] {
  const followers = new Map<number, Task[]>();
  for (const task of tasks) {
    if (task.after !== undefined) followers.set(task.after, [...(followers.get(task.after) ?? []), task]);
  }
  const first = tasks.flatMap((task, place) => (task.after === undefined ? [{ task, place }] : []));
  const arrays: TaskArray[] = [];
  for (let start = 0; start < first.length; start += most) {
    const block = first.slice(start, start + most);
    const after = arrays.push({ elements: block.map(({ task }, index) => ({ index, task })) }) - 1;
    for (let turn = 0; ; turn++) {
      const elements = block.flatMap(({ place }, index) => {
        const task = followers.get(place)?.[turn];
        return task === undefined ? [] : [{ index, task }];
      });
      if (elements.length === 0) break;
      arrays.push({ elements, after });
    }
  }
  return arrays;
}
