import { type Command, InvalidArgumentError } from "commander";
import { type BenchOptions, type BenchOutcome, benchCheckpoints } from "../library/bench/bench.ts";
import { accuracy } from "../metrics/accuracy.ts";
import { measured } from "../metrics/words.ts";
import type { BenchRow } from "../recording/bench-rows.ts";
import { addWhereFlags } from "./run-flags.ts";
import { number, runStep } from "./step-flags.ts";
import { count } from "./step-text.ts";
import { formatTable } from "./table.ts";

const EXAMPLES = `
Examples:
  $ prune-lab bench results/mine/checkpoints/*.safetensors --out bench
  $ prune-lab bench pruned.safetensors --batch 64,256 --engine kernels-native
  $ prune-lab bench pruned.safetensors --python ~/venv/bin/python --json

Forms: dense, the network before pruning; masked, its weights with zeros in a dense layout; sparse, its kept weights alone;
shrunk, the smaller network that is left. All run on one thread (docs/bench.md). Exit codes: 0 done; 2 wrong input; 3 two
forms do not compute the same.`;

interface BenchFlags extends Omit<BenchOptions, "batches" | "onEvent"> {
  readonly batch: readonly number[];
  readonly json?: true;
  readonly quiet?: true;
}

/** Adds `prune-lab bench CHECKPOINT...`. */
export function registerBench(program: Command): void {
  const command = program
    .command("bench")
    .summary("measure how fast checkpoints are, dense, masked, sparse and shrunk")
    .description(
      "Measures the latency of one example, the throughput of a batch and the bytes of the file of each form of a " +
        "checkpoint, on this machine: on the kernels, and in onnxruntime and PyTorch where a Python has them.",
    )
    .argument("<checkpoint...>", "safetensors files that a sweep or a step wrote")
    .option("--batch <n,...>", "examples in a call, beside one", batches, [64])
    .option("--rounds <n>", "rounds, in each of which everything has a turn", number, 15)
    .option("--seconds <s>", "of all rounds together; a turn is at least 5 ms", number, 10)
    .option(
      "--python <file>",
      "a Python with onnxruntime or torch (default: PRUNE_LAB_PYTHON, PRUNE_LAB_ONNX_PYTHON, python3)",
    )
    .option("-o, --out <folder>", "write bench.csv and the charts into it");
  addWhereFlags(command)
    .option("--json", "print everything that was measured as JSON, one object on one line")
    .option("--quiet", "print nothing but errors")
    .addHelpText("after", EXAMPLES)
    .action(runBench);
}

function batches(text: string): number[] {
  if (!/^[1-9]\d{0,4}(,[1-9]\d{0,4})*$/.test(text)) {
    throw new InvalidArgumentError("It must be whole numbers from 1, separated by commas: 64,256.");
  }
  return text.split(",").map(Number);
}

async function runBench(checkpoints: readonly string[], { batch, ...flags }: BenchFlags): Promise<void> {
  await runStep(
    flags,
    (onEvent) => benchCheckpoints(checkpoints, { ...flags, batches: batch, onEvent }),
    (outcome) => benchText(outcome, flags.out),
  );
}

function benchText(outcome: BenchOutcome, out: string | undefined): string {
  const { machine, rounds, checkpoints, engines, files } = outcome;
  const tables = checkpoints.map((checkpoint) => {
    const known = checkpoint.accuracy === null ? "" : `, accuracy ${measured(accuracy, checkpoint.accuracy)}`;
    return `${checkpoint.file}${known}, inputs: ${checkpoint.inputs_from}\n${tableOf(outcome, checkpoint.file)}\n`;
  });
  return [
    ...tables,
    `Median of ${rounds} rounds with its quartiles, one thread. ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}.\n`,
    ...engines.map(({ engine, device }) => `${engine}: ${device}\n`),
    ...(files.length === 0 ? [] : [`${out}: ${files.join(", ")}\n`]),
  ].join("");
}

/** A line a form and engine: for one example its time, for a batch how many a second. */
function tableOf({ batches, measurements }: BenchOutcome, file: string): string {
  const rows = measurements.filter(({ checkpoint }) => checkpoint === file);
  const header = [
    "form",
    "engine",
    ...batches.flatMap((batch) => [
      batch === 1 ? "us for one" : `examples/s, ${batch} at once`,
      "quartiles",
      "vs dense",
    ]),
    "bytes",
    "gzip",
  ];
  const lines = rows.flatMap((first) => {
    if (first.batch_size !== 1) return [];
    const { form, engine } = first;
    const own = rows.filter((row) => row.form === form && row.engine === engine);
    return [[form, engine, ...own.flatMap(timed), count(first.file_bytes), count(first.gzip_bytes)]];
  });
  return formatTable(header, lines);
}

function timed(row: BenchRow): string[] {
  const { microseconds_per_example: median, microseconds_lower_quartile, microseconds_upper_quartile } = row;
  const show = row.batch_size === 1 ? (time: number) => short(time) : (time: number) => short(1e6 / time);
  const quartiles = [microseconds_lower_quartile, microseconds_upper_quartile].map(show);
  const [low, high] = row.batch_size === 1 ? quartiles : quartiles.toReversed();
  return [show(median), `${low} - ${high}`, `${row.speedup.toFixed(2)}x`];
}

/** Three digits; timings have no more. */
function short(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString("en-US", { maximumFractionDigits: 6 });
}
