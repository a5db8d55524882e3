import type { Command } from "commander";
import { configJsonSchema } from "../config/json-schema.ts";
import { printJson } from "./output.ts";
import { addPluginFlag } from "./run-flags.ts";

export function registerSchema(program: Command): void {
  const command = program
    .command("schema")
    .description("print the JSON Schema of the config, for completion and checks in an editor");
  addPluginFlag(command)
    .addHelpText(
      "after",
      `
Example:
  $ prune-lab schema > prune-lab.schema.json

Editors with the YAML language server use it when a config begins with this line:
  # yaml-language-server: $schema=prune-lab.schema.json`,
    )
    .action(() => {
      printJson(configJsonSchema(), 2);
    });
}
