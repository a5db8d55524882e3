import type { EngineDescription } from "../engines/engine.ts";
import { lastOf, pointRunOf, type StudyPlan } from "../experiment/plan.ts";
import type { RunStatus } from "../experiment/status.ts";
import { type ThinLayer, thinLayers } from "../pruning/measure.ts";
import { isConstructed } from "../pruning/method.ts";
import { structures } from "../pruning/structures/registry.ts";
import { roundHalfToEven } from "../pruning/top-k.ts";
import type { StoredRuns } from "../scheduling/share.ts";

/** What a reader of the finished tables should know before trusting them, one line each. */
export function resultWarnings(plan: StudyPlan, stored: StoredRuns): string[] {
  const faults = faultsOf(plan, stored);
  return [
    ...statusWarnings(plan, faults),
    ...thinLayerWarnings(plan, faults),
    ...lostOutputWarnings(plan, stored),
    ...missedTargetWarnings(plan, stored),
  ];
}

/** What may have to be told of a run. */
interface Faults {
  readonly status: RunStatus;
  readonly thin: readonly ThinLayer[];
}

/** Of the runs that have any, each read once: a result is large, and of many runs it is in no memory. */
function faultsOf({ runs }: StudyPlan, stored: StoredRuns): ReadonlyMap<string, Faults> {
  const found = new Map<string, Faults>();
  for (const { id } of runs) {
    const result = stored.get(id)?.result;
    if (result === undefined) continue;
    const thin = result.kind === "point" ? thinLayers(result.measure) : [];
    if (result.status !== "ok" || thin.length > 0) found.set(id, { status: result.status, thin });
  }
  return found;
}

function statusWarnings(plan: StudyPlan, faults: ReadonlyMap<string, Faults>): string[] {
  // Levels on the way to a cell, and checkpoints, stand in no table.
  const shown = new Set(plan.cells.flatMap((cell) => [cell.path[0], lastOf(cell)]));
  const diverged: string[] = [];
  const collapsed: string[] = [];
  for (const run of plan.runs) {
    const status = shown.has(run.id) ? faults.get(run.id)?.status : undefined;
    if (status === "diverged") diverged.push(run.label);
    // A network that is made without a path is what was asked for.
    const isAskedFor = "method" in run && isConstructed(run.method);
    if (status === "collapsed" && !isAskedFor) collapsed.push(run.label);
  }
  return [
    ...(diverged.length === 0
      ? []
      : [
          `Warning: ${listed(diverged)} diverged (a loss or weight is not finite): no measures, left out of ` +
            "summary.csv. A lower learning rate may help.",
        ]),
    ...(collapsed.length === 0
      ? []
      : [`${listed(collapsed)} collapsed: no path of kept weights leads from an input to an output.`]),
  ];
}

/** One line for each method and layer that keeps fewer weights than it has units, from its lowest sparsity on. */
function thinLayerWarnings(plan: StudyPlan, faults: ReadonlyMap<string, Faults>): string[] {
  const lowest = new Map<string, { sparsity: number; line: string }>();
  const owners = new Map<string, string>();
  for (const cell of plan.cells) {
    const { method, sparsity } = cell;
    const id = pointRunOf(cell);
    // Of methods that only round the same networks differently, the first tells.
    const owner = owners.get(id) ?? method.name;
    owners.set(id, owner);
    if (method.quantization !== undefined && owner !== method.name) continue;
    if (sparsity === 1) continue;
    // What goes from several layers at once has a residual connection past them.
    if (!isConstructed(method) && structures.named(method.structure.name).group !== undefined) continue;
    for (const { layer, units, nonzero } of faults.get(id)?.thin ?? []) {
      const key = `${method.name} ${layer}`;
      if (sparsity >= (lowest.get(key)?.sparsity ?? Number.POSITIVE_INFINITY)) continue;
      const line =
        `${method.name} at sparsity ${sparsity} keeps ${nonzero} weight${nonzero === 1 ? "" : "s"} in ${layer}, fewer than its ${units} units: ` +
        "from there on this layer alone limits the network.";
      lowest.set(key, { sparsity, line });
    }
  }
  return [...lowest.values()].map(({ line }) => line);
}

/** One line for each method that prunes neurons of the output layer, which are the classes, from its lowest sparsity on. */
function lostOutputWarnings(plan: StudyPlan, stored: StoredRuns): string[] {
  const lines = new Map<string, string>();
  for (const cell of plan.cells.toSorted((a, b) => a.sparsity - b.sparsity)) {
    const { method, sparsity } = cell;
    if (isConstructed(method) || method.structure.name !== "neuron") continue;
    const result = stored.get(pointRunOf(cell))?.result;
    if (result?.kind !== "point") continue;
    const weight = result.measure.tensors.findLast(({ role }) => role === "weight");
    const kept = result.keptUnits?.[weight?.name ?? ""];
    const [outputs = 0] = weight?.shape ?? [];
    if (kept === undefined || kept === outputs || sparsity === 1 || lines.has(method.name)) continue;
    lines.set(
      method.name,
      `${method.name} at sparsity ${sparsity} keeps ${kept} of the ${outputs} outputs of ${weight?.layer}: the others answer the same to every example. prune.exclude: [output] spares them.`,
    );
  }
  return [...lines.values()];
}

/** One line for each method whose sparsities are effective ones and that reaches others, of the point that is the farthest off. */
function missedTargetWarnings(plan: StudyPlan, stored: StoredRuns): string[] {
  const byMethod = new Map<string, { seed: number; asked: number; reached: number; points: Set<string> }>();
  for (const cell of plan.cells) {
    const { method, sparsity, seed } = cell;
    if (isConstructed(method) || method.target !== "effective") continue;
    const result = stored.get(pointRunOf(cell))?.result;
    if (result?.kind !== "point" || result.measure.effectiveSparsity === null) continue;
    const { effectiveSparsity: reached, tensors } = result.measure;
    const values = tensors.reduce((sum, { prunable, size }) => sum + (prunable ? size : 0), 0);
    if (Math.round(reached * values) === roundHalfToEven(sparsity * values)) continue;
    const found = byMethod.get(method.name);
    const points = (found?.points ?? new Set()).add(`${sparsity} ${seed}`);
    const isFarther =
      found === undefined || Math.abs(reached - sparsity) > Math.abs(found.reached - found.asked);
    byMethod.set(method.name, isFarther ? { seed, asked: sparsity, reached, points } : { ...found, points });
  }
  return [...byMethod].map(([method, { seed, asked, reached, points }]) => {
    const off = points.size === 1 ? "" : `, the farthest off of ${points.size} points`;
    const why =
      reached < asked
        ? "one unit more takes so much with it that it would be too many"
        : "as many weights are pruned already, or on no path where nothing is pruned";
    return `${method} asks for an effective sparsity of ${asked} and reaches ${Number(reached.toFixed(6))} in seed ${seed}${off}: ${why}.`;
  });
}

function listed(labels: readonly string[]): string {
  const shown = labels.slice(0, 4).join(", ");
  return labels.length > 4 ? `${shown} and ${labels.length - 4} more` : shown;
}

/** Tells when an engine runs in fewer workers than were asked for. */
export function workerWarnings(
  { name, maxWorkers = Number.POSITIVE_INFINITY }: Pick<EngineDescription, "name" | "maxWorkers">,
  asked: number | undefined,
): string[] {
  if (asked === undefined || asked <= maxWorkers) return [];
  const most = maxWorkers === 1 ? "one worker" : `${maxWorkers} workers`;
  return [`The engine ${name} runs in ${most} at most, not in the ${asked} asked for.`];
}
