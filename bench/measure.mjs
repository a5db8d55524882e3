import os from "node:os";
import { PruneLabError } from "../dist/foundations/errors.js";

/** Runs a benchmark; what is wrong with its input is told in a line, with exit code 2. */
export async function runBench(main) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof PruneLabError)) throw error;
    process.stderr.write(`${`${error.message} ${error.hint ?? ""}`.trim()}\n`);
    process.exitCode = 2;
  }
}

/**
 * Times contenders in turns (A B C A B C ...), so that whatever else the machine does meets all of them alike.
 * A contender is { name, run(steps): Promise<seconds> }; each turn lasts about `turnSeconds`.
 * Returns the milliseconds of a step for each contender: the median over the rounds, the fastest, the slowest.
 */
export async function interleave(contenders, { rounds, turnSeconds }) {
  const timed = [];
  for (const { name, run } of contenders) {
    // Once to start everything, once to learn how many steps fill a turn.
    await run(3);
    const seconds = await run(3);
    timed.push({ name, run, steps: Math.max(3, Math.round((3 * turnSeconds) / seconds)), milliseconds: [] });
  }
  // The first round warms up (caches, clock rates, WebAssembly's second compiler) and does not count.
  for (let round = 0; round <= rounds; round++) {
    for (const { run, steps, milliseconds } of timed) {
      const seconds = await run(steps);
      if (round > 0) milliseconds.push((1000 * seconds) / steps);
    }
  }
  return timed.map(({ name, steps, milliseconds }) => ({
    name,
    stepsPerRound: steps,
    median: median(milliseconds),
    fastest: Math.min(...milliseconds),
    slowest: Math.max(...milliseconds),
  }));
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** What the figures depend on besides the code. */
export function describeMachine() {
  const cpus = os.cpus();
  return {
    cpu: cpus[0]?.model.trim() ?? "unknown",
    cores: cpus.length,
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.version,
  };
}

/** Rows of texts in columns: the first left-aligned, the others right-aligned. */
export function formatTable(header, rows) {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column].length)),
  );
  return [header, widths.map((width) => "-".repeat(width)), ...rows]
    .map((row) =>
      row.map((text, column) => (column === 0 ? text.padEnd(widths[0]) : text.padStart(widths[column]))),
    )
    .map((row) => row.join("  "))
    .join("\n");
}

/** The same as a table in Markdown. */
export function formatMarkdown(header, rows) {
  return [header, header.map((_, column) => (column === 0 ? "---" : "--:")), ...rows]
    .map((row) => `| ${row.join(" | ")} |`)
    .join("\n");
}
