import type { Command } from "commander";
import { registerBatch } from "./batch.ts";
import { registerBench } from "./bench.ts";
import { registerCancel } from "./cancel.ts";
import { registerCheck } from "./check.ts";
import { registerCompletion } from "./completion.ts";
import { registerData } from "./data.ts";
import { registerDoctor } from "./doctor.ts";
import { registerEval } from "./eval.ts";
import { registerExport } from "./export.ts";
import { registerFind } from "./find.ts";
import { registerFinetune } from "./finetune.ts";
import { registerHelp } from "./help.ts";
import { registerInit } from "./init.ts";
import { registerList } from "./list.ts";
import { registerMerge } from "./merge.ts";
import { registerPrune } from "./prune.ts";
import { registerReport } from "./report.ts";
import { registerSchema } from "./schema.ts";
import { registerSetup } from "./setup.ts";
import { registerShrink } from "./shrink.ts";
import { registerStatus } from "./status.ts";
import { registerSweep } from "./sweep.ts";
import { registerTrain } from "./train.ts";
import { registerWork } from "./work.ts";
import { registerWorker } from "./worker.ts";

/** Every command, in the order of the help. */
const commands: readonly ((program: Command) => void)[] = [
  registerSweep,
  registerBatch,
  registerMerge,
  registerStatus,
  registerCancel,
  registerWorker,
  registerWork,
  registerFind,
  registerCheck,
  registerReport,
  registerExport,
  registerTrain,
  registerPrune,
  registerFinetune,
  registerEval,
  registerShrink,
  registerBench,
  registerInit,
  registerList,
  registerDoctor,
  registerData,
  registerSetup,
  registerSchema,
  registerCompletion,
  registerHelp,
];

export function registerCommands(program: Command): void {
  for (const register of commands) register(program);
}
