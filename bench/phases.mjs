// Loaded into prune-lab by `--import`, in each of its threads: writes how long the parts of a sweep take, a line each, to the
// file of BENCH_PHASES.
import { subscribe } from "node:diagnostics_channel";
import { appendFileSync } from "node:fs";

subscribe("prune-lab:phase", (part) => appendFileSync(process.env.BENCH_PHASES, `${JSON.stringify(part)}\n`));
