import type { Command } from "commander";
import { exportFormats } from "../exporting/registry.ts";
import { exportCheckpoint } from "../library/export.ts";
import { print, printFile } from "./output.ts";

const EXAMPLES = `
Examples:
  $ prune-lab export results/mnist-mlp/checkpoints/global-magnitude-0.9-seed0.safetensors --format onnx
  $ prune-lab export global-magnitude-0.9-seed0.safetensors --format web --out draw.html
  $ prune-lab export global-magnitude-0.9-seed0.safetensors --format safetensors-compressed --out - | gzip > small.gz

Checkpoints of pruned networks are kept by prune-lab sweep --checkpoints all. An earlier export in the same format is
replaced, any other file is not. Exit codes: 0 done; 2 wrong input.`;

interface ExportFlags {
  readonly format: string;
  readonly out?: string;
}

/** Adds `prune-lab export CHECKPOINT`. */
export function registerExport(program: Command): void {
  const formats = exportFormats.list().map(({ name, summary }) => `  ${name.padEnd(24)}${summary}`);
  program
    .command("export")
    .summary("write a checkpoint as a file that other programs run")
    .description(
      "Writes a checkpoint for other programs: ONNX, PyTorch, a page for the browser, or small safetensors.",
    )
    .argument("<checkpoint>", "a .safetensors file that a sweep wrote, or an export of one")
    .requiredOption("-f, --format <format>", `one of ${exportFormats.names().join(", ")}`)
    .option(
      "-o, --out <file>",
      "the file to write, or - for stdout (default: the checkpoint's name with the format's ending, in the working folder)",
    )
    .addHelpText("after", `\nFormats:\n${formats.join("\n")}\n${EXAMPLES}`)
    .action(runExport);
}

async function runExport(checkpoint: string, { format, out }: ExportFlags): Promise<void> {
  const { file, bytes } = await exportCheckpoint(checkpoint, { format, out: out === "-" ? printFile : out });
  if (file !== "-") print(`${file}: ${bytes.toLocaleString("en-US")} bytes\n`);
}
