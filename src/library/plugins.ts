import type { Chart } from "../charts/chart.ts";
import { charts } from "../charts/registry.ts";
import { pluginTools, type RunPlugin, runPluginKinds } from "../experiment/plugins.ts";
import { type LoadedPlugin, loadPlugin, type PluginKind } from "../foundations/plugins.ts";

/** What the default export of a plugin may bring; each of its members as those that come with prune-lab are. */
export interface Plugin extends RunPlugin {
  readonly charts?: readonly Chart[];
}

/** What a plugin may be in place of the mapping itself: a function that gets zod and helpers, and so needs no imports. */
export type PluginFunction = (tools: typeof pluginTools) => Plugin | Promise<Plugin>;

const kinds: Readonly<Record<keyof Plugin, PluginKind>> = {
  ...runPluginKinds,
  charts: {
    kind: charts.kind,
    add: (entry: Chart, origin) => charts.add(entry, origin),
    fields: { caption: "any", draw: "function" },
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
