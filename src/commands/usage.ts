import type { Command, CommanderError } from "commander";
import { listConfigs } from "../config/lookup.ts";
import { settingPaths, settingText } from "../config/settings.ts";
import { inputError } from "../foundations/errors.ts";
import { excerpt } from "../foundations/quote.ts";
import { shellWord } from "../foundations/shell-word.ts";
import { type Aliases, bare, nearest } from "../foundations/suggest.ts";

/** What other tools call a command. */
const COMMANDS: Aliases = {
  run: "sweep",
  start: "sweep",
  evaluate: "eval",
  test: "eval",
  retrain: "finetune",
  compress: "shrink",
  experiment: "sweep",
  compare: "check",
  diff: "check",
  plot: "report",
  chart: "report",
  charts: "report",
  draw: "report",
  convert: "export",
  onnx: "export",
  new: "init",
  create: "init",
  ls: "list",
  show: "list",
  download: "data fetch",
  fetch: "data fetch",
  install: "setup tensorflow",
  get: "fetch",
  cuda: "tensorflow",
  gpu: "tensorflow",
  completions: "completion",
};

/** What other tools call a flag. */
const FLAGS: Aliases = {
  output: "--out",
  outdir: "--out",
  outputdir: "--out",
  folder: "--out",
  dir: "--out",
  threads: "--workers",
  jobs: "--workers",
  cores: "--workers",
  processes: "--workers",
  gpu: "--engine tensorflow",
  cuda: "--engine tensorflow",
  backend: "--engine",
  device: "--engine",
  override: "--set",
  overwrite: "--fresh",
  force: "--fresh",
  clean: "--fresh",
  silent: "--quiet",
  file: "--config",
  baseline: "--against",
  threshold: "--tolerance",
};

/**
 * Refuses `-config`, which would be read as `-c` with the value `onfig`. Throws a PruneLabError of kind `input` that
 * says what to write.
 */
export function refuseSingleHyphen(program: Command, words: readonly string[]): void {
  const { command } = commandOf(program, words);
  const long = new Set(command.options.map((option) => option.long));
  const end = words.indexOf("--");
  for (const word of end === -1 ? words : words.slice(0, end)) {
    const [, name] = /^-([a-z][\w-]+)(=|$)/.exec(word) ?? [];
    if (name === undefined || !long.has(`--${name}`)) continue;
    throw inputError(`${excerpt(word)}: a flag of several letters has two hyphens. Write -${excerpt(word)}.`);
  }
}

/** What to write instead of what commander did not understand; undefined where its message says all. */
export function usageHint(
  { code, message }: CommanderError,
  program: Command,
  words: readonly string[],
): string | undefined {
  const { command, path } = commandOf(program, words);
  const [, word = ""] = /'([^']*)'/.exec(message) ?? [];
  const excess = command.args.filter((arg) => !arg.startsWith("-")).slice(command.registeredArguments.length);
  switch (code) {
    case "commander.unknownCommand":
      return commandHint(command, path, word);
    case "commander.unknownOption":
      return flagHint(command, path, word, words, message);
    case "commander.missingMandatoryOptionValue": {
      const flag = command.options.find(({ flags }) => message.includes(flags))?.long;
      const value = excess[0];
      if (value !== undefined && flag) return `Write: ${path} ${given(command)}${flag} ${excerpt(value)}`;
      return command.name() === "sweep" ? `For example: ${path} --config mnist-mlp` : undefined;
    }
    case "commander.missingArgument":
      return words.includes("--config") || words.includes("-c")
        ? `Its configs are not given by a flag. Write: ${path} ${excerpt(after(words, ["--config", "-c"]) ?? "mnist-mlp")}`
        : `See: ${path} --help`;
    case "commander.excessArguments":
      return excessHint(command, path, excess, words);
    default:
      return undefined;
  }
}

function commandHint(command: Command, path: string, word: string): string | undefined {
  if (listConfigs(process.cwd()).some(({ name }) => name === word.replace(/\.ya?ml$/i, ""))) {
    return `${excerpt(word)} is a config. Write: ${path} sweep --config ${excerpt(word)}`;
  }
  const alias = COMMANDS[bare(word)];
  const known = alias?.split(" ")[0];
  if (known === undefined || !command.commands.some((other) => other.name() === known)) return undefined;
  return `Did you mean: ${path} ${alias}?`;
}

function flagHint(
  command: Command,
  path: string,
  word: string,
  words: readonly string[],
  message: string,
): string | undefined {
  const [, name = "", inline] = /^--?([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
  const has = (flag: string) => command.options.some(({ long }) => long === flag.split(" ")[0]);
  if (name === "config" && command.registeredArguments.some((argument) => argument.name() === "configs")) {
    const config = inline ?? after(words, [word]) ?? "mnist-mlp";
    return `Its configs are not given by a flag. Write: ${path} ${excerpt(config)}`;
  }
  const alias = FLAGS[bare(name)];
  if (alias !== undefined && has(alias)) {
    return message.includes(`Did you mean ${alias}`) ? undefined : `Did you mean ${alias}?`;
  }
  if (!has("--set")) return undefined;
  const [first, ...others] = settingPaths(name);
  if (first === undefined) return undefined;
  const value = inline ?? after(words, [word]);
  const or = others.length === 0 ? "" : ` (or ${others.join(", ")})`;
  return `A setting of the config is given by --set. Write: --set ${shellWord(settingText(first, value))}${or}`;
}

function excessHint(
  command: Command,
  path: string,
  excess: readonly string[],
  words: readonly string[],
): string | undefined {
  const [first] = excess;
  if (first === undefined) return undefined;
  const setting = after(words, ["--set"]);
  if (setting !== undefined && !setting.includes("=")) {
    return `Write path and value as one: --set ${shellWord(`${excerpt(setting)}=${excerpt(first)}`)}`;
  }
  if (first.includes("=")) return `Write --set before each setting: --set ${shellWord(excerpt(first))}`;
  if (command.name() !== "sweep") return undefined;
  const configs = [after(words, ["--config", "-c"]) ?? "", ...excess].map((config) =>
    shellWord(excerpt(config)),
  );
  return `${path} takes one config. For several: prune-lab batch ${configs.join(" ")}`;
}

/** The command that the words name, as far as they do, and how it is called. */
function commandOf(program: Command, words: readonly string[]): { command: Command; path: string } {
  let command = program;
  const names = [program.name()];
  for (const word of words) {
    const next = command.commands.find((other) => other.name() === word);
    if (next === undefined) {
      if (word.startsWith("-")) continue;
      break;
    }
    command = next;
    names.push(word);
  }
  return { command, path: names.join(" ") };
}

/** The arguments that are in place, as they were written. */
function given(command: Command): string {
  const placed = command.args.slice(0, command.registeredArguments.length);
  return placed.map((argument) => `${excerpt(argument)} `).join("");
}

/** The word behind one of the flags, if it is no flag itself. */
function after(words: readonly string[], flags: readonly string[]): string | undefined {
  const index = words.findLastIndex((word) => flags.includes(word));
  const next = index === -1 ? undefined : words[index + 1];
  return next?.startsWith("-") ? undefined : next;
}

/** The nearest of the words that a command goes by. */
export function nearestCommand(word: string, names: readonly string[]): string | undefined {
  return nearest(word, names, COMMANDS);
}
