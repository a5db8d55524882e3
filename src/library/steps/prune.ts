import type { Config } from "../../config/schema.ts";
import { networkOf } from "../../experiment/construct.ts";
import { lastOf } from "../../experiment/plan.ts";
import { point } from "../../experiment/runs/point.ts";
import { inputError } from "../../foundations/errors.ts";
import { methodControl } from "../../pruning/controls/registry.ts";
import { criteria } from "../../pruning/criteria/registry.ts";
import { measureNetwork } from "../../pruning/measure.ts";
import { type AnyMethod, isConstructed, methodColumns } from "../../pruning/method.ts";
import { type MethodOptions, methods, resolveMethod } from "../../pruning/methods.ts";
import { recoveries } from "../../pruning/recoveries/registry.ts";
import { schedules } from "../../pruning/schedules/registry.ts";
import { computeHere } from "./compute.ts";
import { type Figures, figuresOf } from "./figures.ts";
import type { CheckpointOptions, OutputOptions } from "./options.ts";
import { checkpointOutput, metadataIn, type WrittenCheckpoint, writeCheckpoint } from "./output.ts";
import { readGiven, type StepGrid, withSubject } from "./subject.ts";

export interface PruneOptions extends CheckpointOptions, OutputOptions {
  /** A registered one, or one of the config. */
  readonly method: string;
  /** Fraction of the prunable weights that is gone afterwards, whatever went before. */
  readonly sparsity: number;
  /** Of methods that draw; by default that of the run that the checkpoint comes from. */
  readonly seed?: number;
}

export interface PruneOutcome extends WrittenCheckpoint, Figures {
  readonly method: string;
  readonly target_sparsity: number;
  readonly seed: number;
  /** Of the weights that the method prunes, before it. */
  readonly sparsity_before: number;
}

/**
 * Prunes a trained network at once, and writes it with its masks: the same as a sweep has before the recovery. What is
 * pruned already stays so. Throws a PruneLabError of kind `input` as `evaluate` does, for a file that exists, and for a
 * method that does more than prune a trained network.
 */
export async function prune(checkpoint: string, options: PruneOptions): Promise<PruneOutcome> {
  const { sparsity } = options;
  if (!(sparsity >= 0 && sparsity <= 1)) {
    throw inputError(
      `sparsity: ${sparsity} is not a number from 0 to 1. Sparsities are fractions: write 0.9 for 90%.`,
    );
  }
  const output = await checkpointOutput(options, [checkpoint]);
  const given = await readGiven(checkpoint);
  return withSubject(
    given,
    options,
    (config) => gridOf(config, options),
    async (subject, place) => {
      const { study, parameters, masks: previous } = subject;
      const { settings, plan } = study;
      // 1. What the sweep plans for the cell: the pruning of a trained network.
      const [cell] = plan.cells;
      const run = plan.runs.find(({ id }) => cell !== undefined && id === lastOf(cell));
      if (run?.kind !== "point") throw new Error("a method that prunes at once has a point in the plan");
      const { tensors } = networkOf(run.method, settings);
      const before = measureNetwork(settings.network, previous, tensors).sparsity;
      const seed = options.seed ?? subject.seed;

      // 2. The same run, on the network of the file.
      const { result, ...pruned } = await computeHere(
        { ...place, study, run: run.label, steps: 0 },
        (environment) =>
          point.compute(
            { ...run, seed, before },
            [{ status: "ok", parameters, masks: previous }],
            environment,
          ),
      );

      // 3. What it says of itself.
      const figures = figuresOf(study, { ...result, tested: result.recovered });
      const { network } = settings;
      const { name: method } = run.method;
      const row = {
        ...methodColumns(run.method),
        ...figures,
        seed,
        method,
        recovery: "none",
        target_sparsity: sparsity,
      };
      const metadata = { ...metadataIn(study, given, row), run: `${method}-${sparsity}-seed${seed}` };
      const written = await writeCheckpoint(output, {
        network,
        parameters: pruned.parameters,
        masks: pruned.masks,
        metadata,
      });
      return {
        ...written,
        method,
        target_sparsity: sparsity,
        seed,
        sparsity_before: before,
        ...figures,
      };
    },
  );
}

/** One cell: the method at the sparsity, without a recovery. */
function gridOf({ prune }: Config, { method: name, sparsity }: PruneOptions): StepGrid {
  const own = prune.methods.find((method) => typeof method !== "string" && method.name === name);
  const method = own ?? registered(name);
  const obstacle = obstacleOf(resolveMethod(method));
  if (obstacle !== undefined) {
    const others = methods.list().filter((other) => obstacleOf(other) === undefined);
    throw inputError(
      `The method ${name} ${obstacle}; a step prunes a trained network at once. Choices: ` +
        `${others.map((other) => other.name).join(", ")}.`,
      { hint: "A sweep runs every method: prune-lab sweep --help" },
    );
  }
  return {
    methods: [typeof method === "string" ? method : { ...method, recovery: undefined }],
    sparsities: [sparsity],
    finetune: null,
  };
}

function registered(name: string): MethodOptions {
  if (methods.find(name) === undefined) throw inputError(methods.unknown(name));
  return name as MethodOptions;
}

/** Why a method is not done when a trained network has been pruned once. */
function obstacleOf(method: AnyMethod): string | undefined {
  if (isConstructed(method)) return `constructs a network (${method.construction.name})`;
  const { schedule, recovery, quantization, control, criterion } = method;
  const { startsAt, during, levels } = schedules.named(schedule.name);
  if (startsAt !== undefined) return `prunes before the training (${schedule.name})`;
  if (during !== undefined) return `prunes while it recovers (${schedule.name})`;
  if (levels(0.9, schedule).length > 1)
    return `prunes in rounds, with a recovery after each (${schedule.name})`;
  if (recovery !== undefined && recoveries.named(recovery.name).startsAtPruning) {
    return `prunes before the training (${recovery.name})`;
  }
  if (quantization !== undefined) return "rounds what is left";
  if (control !== undefined && methodControl(control).takesMask !== undefined)
    return `takes the mask of another (${control})`;
  if (criteria.named(criterion.name).needs?.(criterion).initialWeights) {
    return `looks at the initial weights (${criterion.name})`;
  }
  return undefined;
}
