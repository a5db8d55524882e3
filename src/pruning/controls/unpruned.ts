import { defineControl, type MethodControl } from "../control.ts";
import { recoveries } from "../recoveries/registry.ts";
import { goesOn } from "../recovery.ts";
import { schedules } from "../schedules/registry.ts";

/** The dense network recovers after each level of the method: its weights have as many optimizer steps at every sparsity. */
export const unpruned = defineControl<"unpruned", MethodControl>({
  name: "unpruned",
  summary: "The dense network with as many recoveries as the method has at each sparsity.",
  paper: {
    citation: "Blalock et al. 2020, What is the state of neural network pruning?",
    url: "https://arxiv.org/abs/2003.03033",
  },
  of: "method",
  comparison: {
    noun: "the dense network after as many recoveries",
    better: "it gains what as much training of the dense network does not",
    alike: "pruning is not shown to cost anything beside as much training",
    worse: "that is what pruning costs beside as much training",
  },
  misfit: ({ schedule, recovery }) => {
    if (schedules.named(schedule.name).levels(0.99, schedule).length === 1) {
      return `it recovers once (${schedule.name}), as at sparsity 0`;
    }
    const isReset = recovery !== undefined && !goesOn(recoveries.named(recovery.name).retraining(recovery));
    return isReset ? `its training starts over or ends at each level (${recovery.name})` : undefined;
  },
  prunesNothing: true,
});
