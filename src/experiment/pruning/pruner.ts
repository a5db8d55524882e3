import type { Network } from "../../engines/engine.ts";
import { failure } from "../../foundations/errors.ts";
import { randomStream } from "../../foundations/random.ts";
import { countKept, findKept, type Masks, withoutPruned } from "../../network/mask.ts";
import type { ParameterSpec, Parameters } from "../../network/parameters.ts";
import { allocations } from "../../pruning/allocations/registry.ts";
import { methodControl } from "../../pruning/controls/registry.ts";
import { criteria } from "../../pruning/criteria/registry.ts";
import { type Choice, type Gathered, type Scores, tensorOf } from "../../pruning/criterion.ts";
import { pruneToEffective } from "../../pruning/effective.ts";
import { axes, type Method } from "../../pruning/method.ts";
import { type PruneRequest, pruneMasks } from "../../pruning/prune.ts";
import { type Regrowth, regrowMasks } from "../../pruning/regrowth.ts";
import type { CourseStep, RegrowthStep } from "../../pruning/schedule.ts";
import { schedules } from "../../pruning/schedules/registry.ts";
import type { RunEnvironment } from "../runs/run.ts";
import { deadInputs, sourceOf, withEvidence } from "./evidence.ts";

interface Pruning {
  readonly method: Method;
  readonly seed: number;
  /** The tensors that pruning may touch, in layer order. */
  readonly tensors: readonly ParameterSpec[];
  /** What is pruned already, and the sparsity that it was pruned to. */
  readonly masks: Masks;
  readonly before: number;
}

/** Prunes one network by one method, once or further and further. */
export class Pruner {
  readonly #pruning: Pruning;
  readonly #environment: RunEnvironment;
  /** What is pruned by now. */
  masks: Masks;
  /** The weights that this was chosen by. */
  weights: Parameters = new Map();
  /** What the kept ones have become, of a criterion that revises them. */
  revised: Parameters | undefined;
  /** The last target; undefined before the first. */
  sparsity: number | undefined;
  #dead: ReadonlyMap<string, Uint8Array> | undefined;

  constructor(pruning: Pruning, environment: RunEnvironment) {
    this.#pruning = pruning;
    this.#environment = environment;
    this.masks = pruning.masks;
  }

  /** Prunes a network by its weights as they are now; what is kept goes on with its value and its optimizer's state. */
  async pruneNow(network: Network, sparsity: number): Promise<void> {
    await this.prune(await network.readParameters(), sparsity);
    if (this.revised !== undefined) await network.writeParameters(this.revised);
    await network.setMasks(this.masks);
  }

  /** Does what the course of a training asks for at one of its steps. What comes back starts at 0. */
  async change(network: Network, change: CourseStep): Promise<void> {
    if ("regrowth" in change) return this.#regrow(network, change);
    if (change.anew) {
      this.masks = new Map();
      this.sparsity = 0;
    }
    await this.pruneNow(network, change.sparsity);
  }

  /** Drops weights and grows as many others. */
  async #regrow(network: Network, { step, regrowth }: RegrowthStep): Promise<void> {
    const { tensors } = this.#pruning;
    const weights = await network.readParameters();
    const growth = await this.#growth(network, step, regrowth.grow);
    this.#avoidDead(growth, await this.#deadInputs());
    this.masks = regrowMasks({ tensors, masks: this.masks, weights, growth, regrowth });
    this.weights = weights;
    await network.setMasks(this.masks);
  }

  async #growth(network: Network, step: number, grow: Regrowth["grow"]): Promise<Map<string, Float32Array>> {
    const { tensors, seed } = this.#pruning;
    if (grow.by === "chance") {
      return new Map(
        tensors.map(({ name, size }) => {
          const stream = randomStream(seed, "random growth", step, name);
          const draws = new Float32Array(size);
          for (let i = 0; i < size; i++) draws[i] = stream.uniform();
          return [name, draws];
        }),
      );
    }
    const { train } = this.#environment.dataset;
    const stream = randomStream(seed, "examples for growth", step);
    const drawn = stream.distinct(Math.min(grow.examples, train.count), train.count);
    const gradients = await network.gradients(train, drawn, { masked: false });
    return new Map(tensors.map(({ name }) => [name, toMagnitudes(tensorOf(gradients, name))]));
  }

  /** Found once: inputs that are 0 in all examples stay so. */
  async #deadInputs(): Promise<ReadonlyMap<string, Uint8Array>> {
    const { schedule } = this.#pruning.method;
    if (schedules.named(schedule.name).avoidsDeadInputs?.(schedule) !== true) return new Map();
    this.#dead ??= await deadInputs(this.#environment);
    return this.#dead;
  }

  /** Sets the scores of weights that meet nothing but zeros below all others. */
  #avoidDead(scores: Map<string, Float32Array>, dead: ReadonlyMap<string, Uint8Array>): void {
    for (const [name, columns] of dead) {
      const values = scores.get(name);
      if (values === undefined) continue;
      const numbers = findKept(columns);
      for (let row = 0; row < values.length; row += columns.length) {
        for (let i = 0; i < numbers.length; i++)
          values[row + (numbers[i] as number)] = Number.NEGATIVE_INFINITY;
      }
    }
  }

  /** Chooses what to prune of these weights so that the sparsity, a fraction in 0..1, is reached. */
  async prune(weights: Parameters, sparsity: number): Promise<void> {
    try {
      await this.#prune(weights, sparsity);
    } catch (error) {
      throw blamingPlugins(error, this.#pruning.method);
    }
  }

  async #prune(weights: Parameters, sparsity: number): Promise<void> {
    const { method, tensors } = this.#pruning;
    const criterion = criteria.named(method.criterion.name);
    // Who prunes nothing needs no evidence.
    const rounds = sparsity === 0 ? 1 : (criterion.rounds?.(method.criterion) ?? 1);
    const before = this.sparsity ?? this.#pruning.before;
    this.weights = weights;
    this.revised = undefined;
    for (let round = 1; round <= rounds; round++) {
      const target = round === rounds ? sparsity : between(before, sparsity, round / rounds);
      if (target === 0) this.masks = this.#choose(noScores(tensors), target);
      else await this.#pruneOnce(target);
    }
    this.sparsity = sparsity;
  }

  /** Scores what is there and prunes it to the sparsity. */
  async #pruneOnce(sparsity: number): Promise<void> {
    const { method, tensors, seed } = this.#pruning;
    const criterion = criteria.named(method.criterion.name);
    const all = this.revised ?? this.weights;
    const weights = this.masks.size === 0 ? all : withoutPruned(all, this.masks);
    const spoilsExamples =
      method.control !== undefined && methodControl(method.control).spoilsExamples === true;
    const subject = { weights, seed, environment: this.#environment, spoilsExamples };
    const own = {
      tensors,
      weights,
      source: sourceOf(subject),
      randomStream: (tensor: string) => randomStream(seed, "random pruning", tensor),
    };
    await withEvidence(criterion.needs?.(method.criterion) ?? {}, subject, async (gathered) => {
      // The criterion looks at what it asked for alone: its type sees to that.
      const evidence = { ...own, ...(gathered as Gathered) };
      const scores = await this.#avoidingDead(await criterion.scores(evidence, method.criterion));
      this.masks = this.#choose(scores, sparsity);
      if (criterion.revise === undefined) return;
      const choice = { masks: this.masks, exchange: this.#exchange() };
      const revision = await criterion.revise(evidence, choice, method.criterion);
      refuseOtherBudget(revision.masks, choice, method);
      this.masks = revision.masks;
      this.revised = revision.weights;
    });
  }

  async #avoidingDead(scores: Scores): Promise<Scores> {
    const dead = await this.#deadInputs();
    if (dead.size === 0) return scores;
    const avoiding = new Map([...scores].map(([name, values]) => [name, values.slice()]));
    this.#avoidDead(avoiding, dead);
    return avoiding;
  }

  /** Controls that choose by themselves keep what they chose. */
  #exchange(): Choice["exchange"] {
    const { allocation, structure, target, control } = this.#pruning.method;
    const chosen = control !== undefined && methodControl(control).ranks !== undefined;
    if (chosen || target === "effective" || structure.name !== "weight") return "none";
    return allocations.named(allocation.name).acrossTensors === true ? "any" : "of the same tensor";
  }

  #choose(scores: Scores, sparsity: number): Masks {
    const { method, tensors } = this.#pruning;
    const previous = this.masks.size === 0 ? undefined : this.masks;
    const request = { tensors, scores, method, sparsity, previous, rank: this.#rank() };
    if (method.target !== "effective") return pruneMasks(request);
    return pruneToEffective({ ...request, spec: this.#environment.settings.network });
  }

  /** What goes first in a layer, of a method that is a control of another. */
  #rank(): PruneRequest["rank"] {
    const { method, seed } = this.#pruning;
    const ranks = method.control === undefined ? undefined : methodControl(method.control).ranks;
    if (ranks === undefined) return undefined;
    return (tensor) => {
      const stream = randomStream(seed, "random control", tensor);
      return (score) => ranks(score, () => stream.uniform());
    };
  }
}

/** Counts and masks that break a promise are a RangeError; where a plugin may have given them, it is told so. */
function blamingPlugins(error: unknown, method: Method): unknown {
  const foreign = (["criterion", "allocation", "structure", "schedule"] as const).filter(
    (axis) => axes[axis].originOf(method[axis].name) !== undefined,
  );
  if (foreign.length === 0 || !(error instanceof RangeError)) return error;
  const members = foreign.map((axis) => `${axis} ${method[axis].name}`).join(", ");
  return failure(`The method ${method.name} fails: ${error.message}.`, {
    hint: `It uses what a plugin brings: ${members}.`,
    cause: error,
  });
}

/** What a criterion may exchange leaves every count as it is. */
function refuseOtherBudget(masks: Masks, { masks: chosen, exchange }: Choice, { criterion }: Method): void {
  const counts = (of: Masks) => [...of].map(([name, mask]) => `${name} ${countKept(mask)}`);
  const total = (of: Masks) => [...of.values()].reduce((sum, mask) => sum + countKept(mask), 0);
  const same =
    exchange === "any" ? total(masks) === total(chosen) : counts(masks).join() === counts(chosen).join();
  if (same) return;
  throw new RangeError(
    `the criterion ${criterion.name} keeps ${counts(masks).join(", ")}, where ${counts(chosen).join(", ")} was chosen`,
  );
}

/** Where nothing goes, nothing has to be scored. */
function noScores(tensors: readonly ParameterSpec[]): Scores {
  return new Map(tensors.map(({ name, size }) => [name, new Float32Array(size)]));
}

/** The sparsity after a part of the way, when each part of equal length keeps the same fraction. */
function between(from: number, to: number, part: number): number {
  return 1 - (1 - from) ** (1 - part) * (1 - to) ** part;
}

/** In place. */
function toMagnitudes(values: Float32Array): Float32Array {
  for (let i = 0; i < values.length; i++) values[i] = Math.abs(values[i] as number);
  return values;
}
