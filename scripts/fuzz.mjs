// Gives prune-lab hostile input for as long as one likes (npm run fuzz -- --minutes 10 [--seed 1]).
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { minutes: { type: "string" }, seed: { type: "string" } } });
const minutes = Number(values.minutes ?? 5);
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
if (!(minutes > 0) || !Number.isSafeInteger(seed)) {
  console.error("usage: npm run fuzz -- [--minutes 5] [--seed 1]");
  process.exit(2);
}
console.log(
  `${minutes} minutes with the seed ${seed}; again: npm run fuzz -- --minutes ${minutes} --seed ${seed}`,
);
const { status } = spawnSync("npx", ["vitest", "run", "test/fuzz"], {
  stdio: "inherit",
  env: { ...process.env, PRUNE_LAB_FUZZ_MINUTES: String(minutes), PRUNE_LAB_FUZZ_SEED: String(seed) },
});
process.exitCode = status ?? 3;
