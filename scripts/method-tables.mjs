// Writes the tables of docs/pruning.md from the registries (npm run docs, which builds dist/ first).
import { readFileSync, writeFileSync } from "node:fs";
import { shortCitation } from "../dist/foundations/registry.js";
import { constructions } from "../dist/pruning/constructions/registry.js";
import { controls } from "../dist/pruning/controls/registry.js";
import { axes, chosenText } from "../dist/pruning/method.js";
import { methods } from "../dist/pruning/methods.js";

const page = new URL("../docs/pruning.md", import.meta.url);
const code = (text) => (text === "" ? "" : `\`${text}\``);
const row = (cells) => `| ${cells.join(" | ")} |`.replaceAll("|  |", "| |");

function paper({ paper }) {
  return paper === undefined ? "" : `[${shortCitation(paper)}](${paper.url})`;
}

function memberRow(member) {
  const defaults = Object.entries(member.options.parse({})).map(([key, value]) => `${key}: ${value}`);
  return row([code(member.name), member.summary, code(defaults.join(", ")), paper(member)]);
}

function methodRow({ name, criterion, allocation, structure, schedule, recovery, summary, ...rest }) {
  const members = [criterion, allocation, structure, schedule].map(chosenText);
  const recovers = recovery === undefined ? "" : chosenText(recovery);
  return row([code(name), ...members, recovers, summary, paper(rest)]);
}

const controlRow = (control) => row([code(control.name), control.summary, paper(control)]);

const tables = {
  Methods: methods.list().map(methodRow),
  Criteria: axes.criterion.list().map(memberRow),
  Allocations: axes.allocation.list().map(memberRow),
  Structures: axes.structure.list().map(memberRow),
  Schedules: axes.schedule.list().map(memberRow),
  Recoveries: axes.recovery.list().map(memberRow),
  Constructions: constructions.list().map(memberRow),
  Controls: controls.list().map(controlRow),
};

/** A section with the rows of its first table, below the head, exchanged. */
function withRows(section, rows) {
  const lines = section.split("\n");
  const head = lines.findIndex((line) => line.startsWith("|---"));
  const end = lines.findIndex((line, i) => i > head && !line.startsWith("|"));
  return [...lines.slice(0, head + 1), ...rows, ...lines.slice(end)].join("\n");
}

const sections = readFileSync(page, "utf8").split(/^(?=## )/m);
writeFileSync(
  page,
  sections
    .map((section) => {
      const rows = tables[section.slice(3, section.indexOf("\n"))];
      return rows === undefined ? section : withRows(section, rows);
    })
    .join(""),
);
