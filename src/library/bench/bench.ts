import os from "node:os";
import { inputError, PruneLabError } from "../../foundations/errors.ts";
import type { Notify } from "../../foundations/notices.ts";
import { readsTokens } from "../../network/specification.ts";
import type { BenchForm, BenchRow } from "../../recording/bench-rows.ts";
import { readCheckpoint } from "../../recording/read-checkpoint.ts";
import type { OnStudyEvent } from "../../scheduling/events.ts";
import { readGiven } from "../steps/subject.ts";
import { compareOutputs } from "./agreement.ts";
import type { BenchEngine, BenchInputs, BenchSubject } from "./contenders.ts";
import { openEngines } from "./engines.ts";
import { benchOutput } from "./files.ts";
import { type Form, formsOf } from "./forms.ts";
import { materialOf } from "./material.ts";
import { openRuntimes } from "./python.ts";
import { interleave, quantile } from "./rounds.ts";

export interface BenchOptions {
  /** Examples in a call, beside one, which is always measured; default: [64]. */
  readonly batches?: readonly number[];
  /** Default: 15. */
  readonly rounds?: number;
  /** Of all timing together; default: 10. Many contenders take longer: a turn of one is never shorter than 5 ms. */
  readonly seconds?: number;
  /** An engine of prune-lab; default: every build of the kernels that runs here. */
  readonly engine?: string;
  /** A Python with onnxruntime or PyTorch; default: $PRUNE_LAB_PYTHON, $PRUNE_LAB_ONNX_PYTHON, python3. */
  readonly python?: string;
  /** Where the dataset's files lie. */
  readonly dataDir?: string;
  /** A folder for bench.csv and the charts. */
  readonly out?: string;
  /** Hears notices, and how far the rounds are. */
  readonly onEvent?: OnStudyEvent;
}

/** What was measured, and what is known of it. */
export interface BenchedCheckpoint {
  readonly file: string;
  /** Of its bytes. */
  readonly sha256: string;
  /** Of the test examples; null for a regression, and where neither the file nor data says. */
  readonly accuracy: number | null;
  readonly accuracy_from: "metadata" | "test examples" | null;
  /** What the networks were given. */
  readonly inputs_from: string;
  /** The greatest difference of an output of one form or engine from another's of the same weights. */
  readonly output_difference: number;
}

export interface BenchOutcome {
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly system: string;
    readonly node: string;
  };
  readonly threads: 1;
  readonly rounds: number;
  readonly batches: readonly number[];
  readonly engines: readonly { readonly engine: string; readonly device: string }[];
  readonly checkpoints: readonly BenchedCheckpoint[];
  /** By checkpoint, engine, form and batch size. */
  readonly measurements: readonly BenchRow[];
  /** Written into `out`, by their names there. */
  readonly files: readonly string[];
}

/**
 * Measures how fast checkpoints are, dense, masked, sparse and shrunk, on the kernels, and in onnxruntime and PyTorch where
 * a Python has them: one example and batches, on one thread, in interleaved rounds. docs/bench.md says what each form is.
 *
 * Throws a PruneLabError of kind `input` for what is no checkpoint, and of kind `failure` when two forms or engines do not
 * give the same outputs for the same weights.
 */
export async function benchCheckpoints(
  files: readonly string[],
  options: BenchOptions = {},
): Promise<BenchOutcome> {
  const { rounds = 15, seconds = 10, engine, python, out, onEvent = () => {} } = options;
  const batches = batchesOf(options.batches ?? [64]);
  if (files.length === 0) throw inputError("There is no checkpoint to measure.");
  const twice = files.find((file, i) => files.indexOf(file) < i);
  if (twice !== undefined) throw inputError(`${twice} is named twice.`);
  atLeast("rounds", rounds, 3);
  if (!(seconds >= 0 && seconds < 1e6)) throw inputError(`--seconds ${seconds}: it must be a number from 0.`);
  const output = out === undefined ? undefined : await benchOutput(out, files);
  const notify = (message: string) => onEvent({ event: "notice", study: "bench", message });

  const checkpoints = [];
  for (const file of files) {
    const [given, checkpoint] = [await readGiven(file), await readCheckpoint(file)];
    if (readsTokens(checkpoint.network)) {
      throw inputError(`${file} is a transformer, and bench measures engines that compute none.`);
    }
    checkpoints.push({ file, given, checkpoint, forms: formsOf(checkpoint) });
  }
  const engines = [...(await openEngines(engine, notify)), ...(await openRuntimes(python, notify))];
  try {
    const benched: BenchedCheckpoint[] = [];
    const contenders: (BenchedContender & { readonly checkpoint: BenchedCheckpoint })[] = [];
    for (const { file, given, checkpoint, forms } of checkpoints) {
      const { inputs, ...known } = await materialOf(given, checkpoint, batches.at(-1) as number, {
        ...options,
        onEvent,
      });
      const subjects = await subjectsOf(engines, forms, inputs, notify);
      const difference = await compareOutputs(file, subjects, batches);
      const described = { file, sha256: given.sha256, ...known, output_difference: difference };
      benched.push(described);
      for (const subject of subjects)
        for (const batch of batches) contenders.push({ checkpoint: described, subject, batch });
    }
    const times = await interleave(
      contenders.map(({ subject, batch }) => ({ time: (calls) => subject.time(batch, calls) })),
      {
        rounds,
        seconds,
        onRound: (done) => {
          const fraction = done / rounds;
          onEvent({
            event: "run-progress",
            study: "bench",
            run: `${rounds} rounds`,
            fraction,
            total: fraction,
          });
        },
      },
    );
    const measurements = rowsOf(contenders, times);
    return {
      machine: machine(),
      threads: 1,
      rounds,
      batches,
      engines: engines.map(({ name, device }) => ({ engine: name, device })),
      checkpoints: benched,
      measurements,
      files: output === undefined ? [] : await output.write(measurements, notify),
    };
  } finally {
    for (const opened of engines) await opened.close();
  }
}

function batchesOf(batches: readonly number[]): number[] {
  for (const batch of batches) atLeast("batch", batch, 1);
  return [...new Set([1, ...batches])].sort((a, b) => a - b);
}

const MOST = 65536;

function atLeast(flag: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least && value <= MOST) return;
  throw inputError(`--${flag} ${value}: it must be a whole number from ${least} to ${MOST}.`);
}

/** What an engine cannot take, as PyTorch a layer with a point in its name, is told and left out. */
async function subjectsOf(
  engines: readonly BenchEngine[],
  forms: readonly Form[],
  inputs: BenchInputs,
  notify: Notify,
): Promise<BenchSubject[]> {
  const subjects: BenchSubject[] = [];
  for (const engine of engines) {
    for (const form of forms) {
      if (!engine.forms.includes(form.name)) continue;
      try {
        subjects.push(await engine.load(form, inputs));
      } catch (error) {
        if (!(error instanceof PruneLabError && error.kind === "input")) throw error;
        notify(`Without ${engine.name}: ${error.message}`);
      }
    }
  }
  return subjects;
}

interface BenchedContender {
  readonly subject: BenchSubject;
  readonly batch: number;
}

function rowsOf(
  contenders: readonly (BenchedContender & { readonly checkpoint: BenchedCheckpoint })[],
  times: readonly (readonly number[])[],
): BenchRow[] {
  const keyOf = ({ checkpoint, subject, batch }: (typeof contenders)[number], form: BenchForm) =>
    JSON.stringify([checkpoint.file, subject.engine, batch, form]);
  const timesOf = new Map(
    contenders.map((contender, i) => [keyOf(contender, contender.subject.form.name), times[i] ?? []]),
  );
  return contenders.map((contender) => {
    const { checkpoint, subject, batch } = contender;
    const { form, engine } = subject;
    const own = timesOf.get(keyOf(contender, form.name)) ?? [];
    const dense = timesOf.get(keyOf(contender, "dense")) ?? [];
    const microseconds = own.map((seconds) => (1e6 * seconds) / batch);
    const median = quantile(microseconds, 0.5);
    return {
      checkpoint: checkpoint.file,
      form: form.name,
      engine,
      batch_size: batch,
      accuracy: form.weights === "own" ? checkpoint.accuracy : null,
      microseconds_per_example: median,
      microseconds_lower_quartile: quantile(microseconds, 0.25),
      microseconds_upper_quartile: quantile(microseconds, 0.75),
      examples_per_second: 1e6 / median,
      speedup: quantile(
        own.map((seconds, round) => (dense[round] as number) / seconds),
        0.5,
      ),
      file_bytes: form.fileBytes,
      gzip_bytes: form.gzipBytes,
    };
  });
}

function machine(): BenchOutcome["machine"] {
  const cpus = os.cpus();
  return {
    cpu: cpus[0]?.model.trim() ?? "unknown",
    cores: cpus.length,
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.version,
  };
}
