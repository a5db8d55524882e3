// Prunes a small network on the bundled digits and finds the sparsest one that keeps the accuracy.
// Usage: node docs/library-example.mjs [FOLDER]; Ctrl-C stops it, and running it again continues.
import { check, PruneLabError, sweep } from "prune-lab";

const out = process.argv[2] ?? "results/library-example";
const interruption = new AbortController();
process.once("SIGINT", () => interruption.abort());

try {
  const { summary } = await sweep(
    {
      name: "library-example",
      dataset: { name: "mnist", source: "bundled" },
      model: { name: "mlp", hidden: [32] },
      train: { epochs: 2 },
      prune: {
        methods: ["global-magnitude"],
        sparsities: [0, 0.5, 0.8, 0.9],
        finetune: { epochs: 1 },
      },
      seeds: [0, 1],
    },
    {
      out,
      signal: interruption.signal,
      onEvent: (event) => {
        if (event.event === "run-finished") {
          console.error(`${Math.round(100 * event.total)}%  ${event.run}  ${event.accuracy}`);
        }
      },
    },
  );

  // The dense control is the network at sparsity 0, fine-tuned like the others.
  const dense = summary.find((row) => row.target_sparsity === 0)?.accuracy_mean ?? 0;
  const kept = summary.filter((row) => (row.accuracy_mean ?? 0) >= dense - 0.01);
  const sparsest = kept.at(-1);
  console.log(`dense ${(100 * dense).toFixed(1)}%`);
  console.log(
    `within a point of it up to ${100 * (sparsest?.target_sparsity ?? 0)}%: ` +
      `${(100 * (sparsest?.accuracy_mean ?? 0)).toFixed(1)}%, ${sparsest?.compression?.toFixed(1)}x smaller`,
  );

  // A gate: the results against a baseline, here against themselves.
  const { verdict } = await check({ results: out, baseline: out });
  console.log(`check: ${verdict}`);
} catch (error) {
  if (!(error instanceof PruneLabError)) throw error;
  console.error(error.message);
  process.exitCode = error.kind === "interrupted" ? 130 : 1;
}
