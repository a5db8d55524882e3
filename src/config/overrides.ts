import type * as z from "zod";
import { inputError } from "../foundations/errors.ts";
import { excerpt, quote } from "../foundations/quote.ts";
import { show } from "./messages.ts";
import { childSchema, ownValue, unwrap } from "./shape.ts";
import { parseYaml, YamlProblem, yamlData } from "./yaml.ts";

/** One `--set path=value`. */
export interface Override {
  /** As messages name it: `--set train.epochs=3`. */
  readonly origin: string;
  readonly path: readonly string[];
  readonly value: unknown;
}

/** Reads `train.epochs=3`: keys joined by dots, lists by index, the value as YAML. */
export function parseOverride(text: string): Override {
  const [, pathText, valueText] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  const origin = `--set ${excerpt(text)}`;
  const path = pathText?.trim().split(".") ?? [];
  if (valueText === undefined || path.some((key) => key === "")) {
    throw inputError(`${origin}: not of the form path=value, such as train.epochs=3.`);
  }
  if (valueText.trim() === "") {
    throw inputError(`${origin}: there is no value after '='; write null for none.`);
  }
  return { origin, path, value: readValue(origin, valueText) };
}

function readValue(origin: string, valueText: string): unknown {
  try {
    const [document, second] = parseYaml(valueText);
    if (document === undefined) return null;
    const problem = [...document.errors, ...document.warnings][0];
    if (second !== undefined) throw new YamlProblem("the value is several YAML documents.");
    if (problem !== undefined)
      throw new YamlProblem(`the value is not valid YAML: ${excerpt(problem.message, 200)}`);
    return yamlData(document);
  } catch (error) {
    if (!(error instanceof YamlProblem)) throw error;
    throw inputError(`${origin}: ${error.message}`, { cause: error });
  }
}

/**
 * The config with one value replaced. A mapping or list that the file leaves out starts from its default, so
 * that `train.optimizer.learningRate=0.01` needs no `train:` in the file. Keys are checked later, by the schema.
 */
export function applyOverride(config: unknown, override: Override, schema: z.core.$ZodType): unknown {
  const assign = (current: unknown, depth: number, at: z.core.$ZodType | undefined): unknown => {
    const key = override.path[depth];
    if (key === undefined) return override.value;
    const container = current ?? (at && unwrap(at).fallback) ?? {};
    const child = at && childSchema(at, key, container);
    const value = assign(ownValue(container, key), depth + 1, child);
    if (Array.isArray(container)) return container.with(listIndex(container, depth), value);
    if (typeof container === "object") return { ...container, [key]: value };
    const owner = override.path.slice(0, depth).join(".");
    throw inputError(
      `${override.origin}: ${excerpt(owner)} is ${show(container)}, which has no ${quote(key)} to set.`,
    );
  };

  const listIndex = (list: readonly unknown[], depth: number): number => {
    const key = override.path[depth] ?? "";
    if (/^\d+$/.test(key) && Number(key) < list.length) return Number(key);
    const owner = override.path.slice(0, depth).join(".");
    const range = list.length === 0 ? "is an empty list" : `has the indexes 0 to ${list.length - 1}`;
    throw inputError(`${override.origin}: ${excerpt(owner)} ${range}, and no ${quote(key)}.`);
  };

  return assign(config, 0, schema);
}
