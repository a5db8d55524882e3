// Processor seconds of a start of the program, bundled and module by module, in turns: node bench/start.mjs [ROUNDS]
import { spawnSync } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const rounds = Number(process.argv[2] ?? 11);
const ways = { "module by module": "dist/cli.js", bundled: "dist/bundle/cli.js" };

/** Of this process alone: what the program needs from its first line to its last. */
const meter = `process.on("exit", () => {
  const { user, system } = process.cpuUsage();
  process.stderr.write(String((user + system) / 1e6));
});`;

function processorSeconds(file) {
  const program = [
    "--import",
    `data:text/javascript,${encodeURIComponent(meter)}`,
    path.join(root, file),
    "--version",
  ];
  const { status, stderr } = spawnSync(process.execPath, program, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${file} ends with ${status}: ${stderr}`);
  return Number(stderr);
}

const seconds = Object.fromEntries(Object.keys(ways).map((way) => [way, []]));
for (let round = 0; round < rounds; round++) {
  for (const [way, file] of Object.entries(ways)) seconds[way].push(processorSeconds(file));
}
for (const [way, all] of Object.entries(seconds)) {
  const sorted = all.toSorted((a, b) => a - b);
  console.log(`${way.padEnd(17)} ${sorted[Math.floor(rounds / 2)].toFixed(2)} s (median of ${rounds})`);
}
