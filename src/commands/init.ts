import { access } from "node:fs/promises";
import type { Command } from "commander";
import { starterConfig } from "../config/starter.ts";
import { inputError } from "../foundations/errors.ts";
import { beginsLikeTable, type OutputKind, outputFile } from "../recording/output-file.ts";
import { print } from "./output.ts";

/** --force replaces whatever its user wrote under that name, but nothing that a sweep did. */
const CONFIG: OutputKind = {
  writer: "init",
  name: "a config",
  recognize: (beginning) => !beginsLikeTable(beginning),
};

export function registerInit(program: Command): void {
  program
    .command("init")
    .description("write a starter config: every setting at its default, explained")
    .argument("[file]", "the file to write", "sweep.yaml")
    .option("--force", "replace the file if it exists")
    .addHelpText(
      "after",
      `
Examples:
  $ prune-lab init
  $ prune-lab init configs/my-sweep.yaml`,
    )
    .action(init);
}

async function init(file: string, flags: { readonly force?: true }): Promise<void> {
  if (!/\.ya?ml$/i.test(file)) throw inputError(`${file}: a config's name ends in .yaml or .yml.`);
  if (!flags.force && (await exists(file))) {
    throw inputError(`${file} exists already.`, { hint: `Replace it: prune-lab init ${file} --force` });
  }
  const output = await outputFile(file, CONFIG, { inputs: [] });
  await output.write(starterConfig(file));
  print(`${file} is written. Run it: prune-lab sweep --config ${file}\n`);
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    return false;
  }
}
