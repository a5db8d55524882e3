import type { Entry } from "../foundations/registry.ts";
import type { Checkpoint } from "../recording/read-checkpoint.ts";

/** A kind of file that a checkpoint can become. */
export interface ExportFormat extends Entry {
  /** What the file is called where nobody says, from the checkpoint's name without its ending. */
  fileName(stem: string): string;
  /** Whether a file that begins like this is an earlier export in this format, and may be replaced. */
  recognize(beginning: string): boolean;
  /** The file. Throws a PruneLabError of kind `input` that says why for a network that the format cannot say. */
  encode(checkpoint: Checkpoint): string | Uint8Array;
}
