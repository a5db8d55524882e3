import { inputError } from "../foundations/errors.ts";
import { readsTokens } from "../network/specification.ts";
import { criteria } from "../pruning/criteria/registry.ts";
import type { Method } from "../pruning/method.ts";
import { schedules } from "../pruning/schedules/registry.ts";
import type { RunSettings } from "./settings.ts";

/** Throws a PruneLabError of kind `input` for a method that looks at what transformers do not have. */
export function refuseOtherThanTokens(method: Method, { network }: RunSettings): void {
  if (!readsTokens(network)) return;
  const { name, criterion, schedule, target } = method;
  const { gradients, objective } = criteria.named(criterion.name).needs?.(criterion) ?? {};
  const lacking =
    (target === "effective" && "follows paths from inputs to outputs (target: effective)") ||
    (schedules.named(schedule.name).avoidsDeadInputs?.(schedule) &&
      `looks for inputs that are always 0 (${schedule.name})`) ||
    (gradients?.of === "flow" && `gives the network an input of ones (${criterion.name})`) ||
    (objective?.hessian && `takes second derivatives (${criterion.name})`);
  if (!lacking) return;
  throw inputError(`The method ${name} ${lacking}, which there is not of a transformer.`, {
    hint: "Take another criterion, schedule or target, or leave the method out.",
  });
}
