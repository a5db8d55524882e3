/** How a run ended: `collapsed` has no live path to the outputs; `diverged` a loss or weight that is not finite. */
export type RunStatus = "ok" | "collapsed" | "diverged";
