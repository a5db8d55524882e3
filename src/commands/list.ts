import { readFileSync } from "node:fs";
import chalk from "chalk";
import type { Command } from "commander";
import { count } from "../charts/parts/titles.ts";
import { displayedPath, listConfigs } from "../config/lookup.ts";
import { inputError } from "../foundations/errors.ts";
import { quote } from "../foundations/quote.ts";
import { type Entry, shortCitation } from "../foundations/registry.ts";
import { didYouMean } from "../foundations/suggest.ts";
import { registries } from "../library/registries.ts";
import { type Axis, axes } from "../pruning/method.ts";
import { readPublished, shippedPapers } from "../recording/published-points.ts";
import { print, printJson, terminalColumns } from "./output.ts";
import { addPluginFlag } from "./run-flags.ts";
import { formatTable } from "./table.ts";

type Row = Readonly<Record<string, string | boolean>>;

type Kind = keyof typeof registries | "configs" | "papers";

/** What there is, by kind: rows of equal keys, taken from the registries. */
const kinds: Readonly<Record<Kind, () => readonly Row[] | Promise<readonly Row[]>>> = {
  datasets: () => rowsOf(registries.datasets),
  models: () => rowsOf(registries.models),
  methods: () =>
    registries.methods.list().map((method) => ({
      name: method.name,
      ...Object.fromEntries(axisNames.map((axis) => [axis, method[axis]?.name ?? ""])),
      ...citation(method),
      summary: method.summary,
    })),
  criteria: () => citedRowsOf(registries.criteria),
  allocations: () => citedRowsOf(registries.allocations),
  structures: () => citedRowsOf(registries.structures),
  schedules: () => citedRowsOf(registries.schedules),
  recoveries: () => citedRowsOf(registries.recoveries),
  constructions: () => citedRowsOf(registries.constructions),
  controls: () => citedRowsOf(registries.controls),
  metrics: () => rowsOf(registries.metrics),
  corruptions: () => rowsOf(registries.corruptions),
  charts: () => rowsOf(registries.charts),
  engines: () =>
    Promise.all(
      registries.engines.list().map(async ({ name, summary, check }) => {
        const availability = await check();
        return { name, available: availability.available, summary };
      }),
    ),
  formats: () => rowsOf(registries.formats),
  configs: () => {
    const workingFolder = process.cwd();
    return listConfigs(workingFolder).map(({ name, file }) => ({
      name,
      summary: titleOf(file),
      file: displayedPath(file, workingFolder),
    }));
  },
  papers: () =>
    shippedPapers().map((name) => {
      const points = readPublished(name);
      const networks = [...new Set(points.map(({ network, dataset }) => `${network} on ${dataset}`))];
      return {
        name,
        summary: `${count(points.length, "figure")}: ${networks.join(", ")}.`,
        url: points[0]?.url ?? "",
      };
    }),
};

const axisNames = Object.keys(axes) as Axis[];

const kindNames = Object.keys(kinds) as Kind[];

/** What is registered when it is asked for. */
function rowsOf(registry: { list(): readonly Entry[] }): readonly Row[] {
  return registry.list().map(({ name, summary }) => ({ name, summary }));
}

/** The same with the papers. */
function citedRowsOf(registry: { list(): readonly Entry[] }): readonly Row[] {
  return registry.list().map((entry) => ({ name: entry.name, ...citation(entry), summary: entry.summary }));
}

/** Both empty where there is none; only JSON has the address. */
function citation({ paper }: Pick<Entry, "paper">) {
  return { paper: paper === undefined ? "" : shortCitation(paper), url: paper?.url ?? "" };
}

export function registerList(program: Command): void {
  const command = program
    .command("list")
    .description(`list what a config can name: ${kindNames.join(", ")}`)
    .argument("[kind]", `one of ${kindNames.join(", ")}; all of them when left out`)
    .option("--json", "print JSON");
  addPluginFlag(command)
    .addHelpText(
      "after",
      `
Examples:
  $ prune-lab list
  $ prune-lab list methods
  $ prune-lab list configs --json`,
    )
    .action(list);
}

async function list(kind: string | undefined, flags: { readonly json?: true }): Promise<void> {
  const wanted = kindNames.filter((name) => kind === undefined || kind === name);
  if (kind !== undefined && wanted.length === 0) {
    throw inputError(
      `no list of ${quote(kind)}.${didYouMean(kind, kindNames)} Lists: ${kindNames.join(", ")}.`,
    );
  }
  const lists = new Map<Kind, readonly Row[]>();
  for (const name of wanted) lists.set(name, await kinds[name]());

  if (flags.json) {
    const value = kind === undefined ? Object.fromEntries(lists) : lists.get(kind as Kind);
    printJson(value, 2);
  } else {
    const sections = [...lists].map(([name, rows]) => {
      const title = kind === undefined ? `${chalk.cyan.bold(name)}\n` : "";
      return title + tableOf(name, rows);
    });
    print(sections.join("\n"));
  }
}

/** One line a member, or as wide as the terminal. Addresses are for JSON, but for those of papers. */
function tableOf(kind: Kind, rows: readonly Row[]): string {
  const columns = terminalColumns();
  const unfolded = kind === "papers" ? rows : rows.map(({ url: _, ...row }) => row);
  const fold = columns === undefined ? undefined : folds[kind];
  const shown = fold === undefined ? unfolded : unfolded.map(fold);
  const header = Object.keys(shown[0] ?? {});
  const cell = (value: Row[string] | undefined) =>
    typeof value === "boolean" ? (value ? "yes" : "no") : value;
  return formatTable(
    header,
    shown.map((row) => header.map((key) => cell(row[key]) ?? "")),
    { columns, spare: ["paper"] },
  );
}

/** Members in two columns, of kinds whose lines have more of them than a terminal. */
const folds: { readonly [Each in Kind]?: (row: Row) => Row } = {
  methods: ({ name = "", summary, paper, ...row }) => {
    const members = axisNames.flatMap((axis) => (row[axis] === "" ? [] : [`${axis} ${row[axis]}`]));
    return { name, summary: `${summary} ${capitalized(members.join(", "))}. ${paper}.` };
  },
  configs: ({ name = "", summary, file }) => ({ name, summary: `${summary} ${file}` }),
  papers: ({ name = "", summary, url }) => ({ name, summary: `${summary} ${url}` }),
};

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A config's title: the comment that it begins with, up to an empty line or one that ends a sentence. */
function titleOf(file: string): string {
  const title: string[] = [];
  for (const line of readFileSync(file, "utf8").split("\n")) {
    const [, text = ""] = /^#\s*(.*?)\s*$/.exec(line) ?? [];
    if (text === "") break;
    title.push(text);
    if (text.endsWith(".")) break;
  }
  return title.join(" ");
}
