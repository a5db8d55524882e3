import { seedsNeeded } from "../analysis/seeds-needed.ts";
import type { StudyOptions } from "../experiment/options.ts";
import { outlineStudy } from "../experiment/prepare.ts";
import { firstSeeds } from "../experiment/seed-rule.ts";
import { inputError } from "../foundations/errors.ts";
import { labelsOf } from "../results/describe.ts";
import { extendStudy, type OpenStudy } from "../results/study-folder.ts";
import { tabulate } from "../results/tabulate.ts";
import { seedsText } from "../results/terminal/seeds-text.ts";
import type { OnStudyEvent } from "../scheduling/events.ts";
import type { Shard } from "../scheduling/shard.ts";
import type { StoredRuns } from "../scheduling/share.ts";

/** Whether seeds may be added to a study: its config has a rule in place of a list. */
export function addsSeeds({ study }: OpenStudy): boolean {
  return study.options.seedRule !== undefined;
}

/**
 * The study with more seeds, where its rule asks for more than these results are of; undefined where it is done. The
 * decision is a pure function of the results of the first seeds, so that running it again comes to the same seeds.
 */
export async function withMoreSeeds(
  open: OpenStudy,
  stored: StoredRuns,
  onEvent: OnStudyEvent,
): Promise<OpenStudy | undefined> {
  const { study } = open;
  const { options, dataset, engine, settings } = study;
  if (options.seedRule === undefined) return undefined;
  const { results } = tabulate(study, stored, labelsOf(study));
  const decision = seedsNeeded(results, options.seedRule);
  onEvent({ event: "notice", study: options.name, message: seedsText(results, options.seedRule, decision) });
  if (decision.seeds === options.seeds.length) return undefined;
  return extendStudy(
    open,
    outlineStudy({ ...options, seeds: firstSeeds(decision.seeds) }, dataset, engine, settings.weights),
  );
}

/** Whether seeds are added shows in all results, and a shard has a part of them. */
export function refuseSharded({ name, seedRule }: StudyOptions, shard: Shard | undefined): void {
  if (shard === undefined || seedRule === undefined) return;
  throw inputError(
    `${name}: seeds.until looks at all results before it adds seeds, and --shard computes a part of them.`,
    { hint: "Give the seeds as a list, such as --set 'seeds=[0,1,2,3,4]', or leave --shard out." },
  );
}
