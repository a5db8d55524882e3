import { amount, type Columns, figure, integer, text } from "./column.ts";

/** What a checkpoint can be computed as; docs/bench.md says what each one is. */
export type BenchForm = "dense" | "masked" | "sparse" | "shrunk";

/** A form of a checkpoint, timed on one engine at one batch size. */
export interface BenchRow {
  readonly checkpoint: string;
  readonly form: BenchForm;
  readonly engine: string;
  readonly batch_size: number;
  readonly accuracy: number | null;
  readonly microseconds_per_example: number;
  readonly microseconds_lower_quartile: number;
  readonly microseconds_upper_quartile: number;
  readonly examples_per_second: number;
  readonly speedup: number;
  readonly file_bytes: number;
  readonly gzip_bytes: number;
}

/** The columns of bench.csv. */
export const benchColumns: Columns<BenchRow> = {
  checkpoint: text("The file that was measured."),
  form: text("What it was computed as: `dense`, `masked`, `sparse` or `shrunk`."),
  engine: text("What computed it: an engine of prune-lab, `onnxruntime` or `pytorch`."),
  batch_size: integer("Examples in a call."),
  accuracy: figure("Test accuracy; empty where it is not known, and for the filled weights of `dense`."),
  microseconds_per_example: amount("Time of a call over its examples: the median over the rounds."),
  microseconds_lower_quartile: amount("A quarter of the rounds were at most as long."),
  microseconds_upper_quartile: amount("A quarter of the rounds were at least as long."),
  examples_per_second: amount("1,000,000 over the median."),
  speedup: amount(
    "Time of the dense form on the same engine over this one's, round by round: the median of the ratios.",
  ),
  file_bytes: integer("Size of the form as a safetensors file."),
  gzip_bytes: integer("The same after gzip -9."),
};
