import * as z from "zod";
import type { Chart } from "../charts/chart.ts";
import { charts } from "../charts/registry.ts";
import { runPluginKinds } from "../experiment/plugins/kinds/index.ts";
import { functionField, textField } from "../experiment/plugins/kinds/kind.ts";
import { pluginTools, type RunPlugin } from "../experiment/plugins/plugins.ts";
import { isMapping, type PluginKind } from "../foundations/plugin-member.ts";
import { type LoadedPlugin, loadPlugin } from "../foundations/plugins.ts";

/** What the default export of a plugin may bring; each of its members as those that come with prune-lab are. */
export interface Plugin extends RunPlugin {
  readonly charts?: readonly Chart[];
}

export type PluginTools = typeof pluginTools;

/** What a plugin may be in place of the mapping itself: a function that gets zod and helpers, and so needs no imports. */
export type PluginFunction = (tools: PluginTools) => Plugin | Promise<Plugin>;

const kinds: Readonly<Record<keyof Plugin, PluginKind>> = {
  ...runPluginKinds,
  charts: {
    registry: charts,
    fields: {
      caption: z.union(
        [textField, functionField],
        "expected a text, or a function of a metric that gives one",
      ),
      colors: z.literal("heat").optional(),
      draw: functionField,
    },
    results: {
      draw: (spec) =>
        spec === undefined || isMapping(spec) ? undefined : "a Vega-Lite specification, or undefined",
      caption: (text) => (typeof text === "string" ? undefined : "a text"),
    },
  },
};

/**
 * Loads plugins: what they bring can be named by configs from now on, everywhere in this process. A config alone never
 * executes anything: plugins are named beside it. Throws a PruneLabError of kind `input` as loadPlugin does.
 */
export async function loadPlugins(files: readonly string[]): Promise<readonly LoadedPlugin[]> {
  const plugins: LoadedPlugin[] = [];
  for (const file of files) plugins.push(await loadPlugin(file, kinds, { tools: pluginTools }));
  return plugins;
}
