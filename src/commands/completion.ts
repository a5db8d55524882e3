import type { Command } from "commander";
import { inputError } from "../foundations/errors.ts";
import { quote } from "../foundations/quote.ts";
import { didYouMean } from "../foundations/suggest.ts";
import { candidates } from "./completion/candidates.ts";
import { SHELLS } from "./completion/shells.ts";
import { print } from "./output.ts";

/** Adds `prune-lab completion SHELL`. */
export function registerCompletion(program: Command): void {
  const names = Object.keys(SHELLS);
  const completion = program
    .command("completion")
    .description("print a script that completes commands, flags, configs and settings in a shell")
    .argument("<shell>", names.join(", "))
    .addHelpText(
      "after",
      `
Examples:
  $ prune-lab completion bash >> ~/.bashrc
  $ prune-lab completion zsh > "\${fpath[1]}/_prune-lab"
  $ prune-lab completion fish > ~/.config/fish/completions/prune-lab.fish

It takes effect in the next shell that you open.`,
    )
    .action((shell: string) => {
      const script = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined;
      if (script === undefined) {
        throw inputError(
          `no completion for ${quote(shell)}.${didYouMean(shell, names)} Shells: ${names.join(", ")}.`,
        );
      }
      print(script);
    });
  completion
    .command("words [words...]", { hidden: true })
    .description("what may stand in place of the last word; for the scripts")
    .action((words: readonly string[]) => {
      for (const word of candidates(program, words)) print(`${word}\n`);
    });
}
