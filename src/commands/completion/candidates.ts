import type { Command, Option } from "commander";
import { listConfigs } from "../../config/lookup.ts";
import { allSettingPaths } from "../../config/settings.ts";
import { engineChoices } from "../../engines/registry.ts";
import { exportFormats } from "../../exporting/registry.ts";
import { fetchableNames } from "../../library/fetch.ts";
import { registries } from "../../library/registries.ts";
import { SHELLS } from "./shells.ts";

type Values = () => readonly string[];

const configs: Values = () => listConfigs(process.cwd()).map(({ name }) => name);

/** What a flag takes, beside files. */
const FLAG_VALUES: Readonly<Record<string, Values>> = {
  "--config": configs,
  "--engine": engineChoices,
  "--format": () => exportFormats.names(),
  "--set": () => allSettingPaths().map((path) => `${path}=`),
};

/** What a command's arguments are, beside files. */
const ARGUMENT_VALUES: Readonly<Record<string, Values>> = {
  batch: configs,
  list: () => [...Object.keys(registries), "configs", "papers"],
  fetch: fetchableNames,
  completion: () => Object.keys(SHELLS),
};

/**
 * What may stand in place of the last of the words, which is empty or begun; the others are whole. Nothing where a file
 * is due, which the shell completes by itself.
 */
export function candidates(program: Command, words: readonly string[]): string[] {
  const current = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  let command = program;
  for (const word of before) {
    const next = command.commands.find((other) => other.name() === word);
    // What is asked for help on is a command too.
    if (next !== undefined && command.name() !== "help") command = next;
  }
  const flag = before.at(-1);
  const option = command.options.find(
    ({ long, short }) => flag !== undefined && (long === flag || short === flag),
  );
  const all = option?.required ? valuesOf(option) : wordsOf(command, program, current);
  return all.filter((word) => word.startsWith(current));
}

function valuesOf(option: Option): readonly string[] {
  return option.argChoices ?? FLAG_VALUES[option.long ?? ""]?.() ?? [];
}

function wordsOf(command: Command, program: Command, current: string): readonly string[] {
  if (current.startsWith("-")) {
    return [...command.options.map((option) => option.long ?? option.flags), "--help"];
  }
  if (command.name() === "help") return [...namesOf(program), "environment"];
  return command.commands.length > 0 ? namesOf(command) : (ARGUMENT_VALUES[command.name()]?.() ?? []);
}

function namesOf(command: Command): string[] {
  return command.commands.map((other) => other.name());
}
