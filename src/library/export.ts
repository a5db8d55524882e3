import path from "node:path";
import { exportFormats } from "../exporting/registry.ts";
import { inputError } from "../foundations/errors.ts";
import { outputFile } from "../recording/output-file.ts";
import { readCheckpoint } from "../recording/read-checkpoint.ts";

export interface ExportOptions {
  /** `safetensors`, `safetensors-compressed`, `onnx`, `torch` or `web`. */
  readonly format: string;
  /**
   * The file to write, a new one or an earlier export in the same format; or what takes the content. By default in the
   * working folder, with the name of the checkpoint and the ending of the format.
   */
  readonly out?: string | ((content: string | Uint8Array) => void) | undefined;
}

export interface ExportedFile {
  /** As it was given; `-` where a function took the content. */
  readonly file: string;
  readonly bytes: number;
}

const CHECKPOINT_ENDING = ".safetensors";

/**
 * Writes a checkpoint in another format. Throws a PruneLabError of kind `input` for what is no checkpoint, a format that
 * there is not, a network that the format cannot say, and an `out` that is something else already.
 */
export async function exportCheckpoint(
  checkpoint: string,
  { format: name, out }: ExportOptions,
): Promise<ExportedFile> {
  if (checkpoint === "") throw inputError("The name of the checkpoint is empty.");
  const format = exportFormats.named(name);
  const kind = {
    writer: "--out",
    name: `an earlier export as ${name}`,
    recognize: (beginning: string) => format.recognize(beginning),
  };
  const inputs = [checkpoint];
  const file =
    typeof out === "function"
      ? await outputFile("-", kind, { inputs, standardOutput: out })
      : await outputFile(out ?? format.fileName(path.basename(checkpoint, CHECKPOINT_ENDING)), kind, {
          inputs,
        });
  const content = format.encode(await readCheckpoint(checkpoint));
  await file.write(content);
  return { file: file.path, bytes: Buffer.byteLength(content) };
}
