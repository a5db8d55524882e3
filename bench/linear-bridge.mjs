import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { datasetSchema, loadDataset } from "../dist/datasets/registry.js";
import { sweep } from "../dist/index.js";

/**
 * Builds the linear bridge of 128-1024-10 on 500 examples of noise, tested on the examples that it was made from, and has
 * linear_bridge.py do the same again in numpy from the trained teachers:
 *
 *     python3 -m venv /tmp/numpy && /tmp/numpy/bin/pip install numpy
 *     npm run build && PYTHON=/tmp/numpy/bin/python node bench/linear-bridge.mjs
 */

const grid = [
  [0.01, 0.1, 30],
  [0.001, 0.25, 50],
  [0.0001, 0.5, 70],
  [0.001, 0.25, 100],
  // For the precision alone: the same teacher as the second, and less of the sigmoid's curve.
  [0.0001, 0.25, 50],
];
const bridges = grid.flatMap(([eps, gamma, epochs]) =>
  [0, "kept"].map((hiddenBiases) => ({ eps, gamma, hiddenBiases, epochs })),
);
const nameOf = ({ eps, gamma, hiddenBiases, epochs }) => `bridge-${eps}-${gamma}-${epochs}-${hiddenBiases}`;
const teachers = [...new Set(grid.map(([, , epochs]) => epochs))];

const dataset = { name: "synthetic", targets: { name: "noise" }, test: "train", seed: 42 };
const config = {
  name: "linear-bridge",
  dataset,
  model: {
    name: "mlp",
    hidden: [1024],
    activation: "sigmoid",
    initializer: { name: "glorot", distribution: "normal", bias: 0.01 },
  },
  train: { epochs: 1, batchSize: 32 },
  prune: {
    methods: [
      ...bridges.map((options) => ({
        name: nameOf(options),
        construction: { name: "linear-bridge", ...options },
      })),
      ...teachers.map((epochs) => ({
        name: `teacher-${epochs}`,
        construction: { name: "linear-teacher", epochs },
      })),
      { name: "zero", construction: "zero" },
      { name: "mean", construction: "predict-mean" },
    ],
    finetune: null,
    biases: true,
  },
  seeds: [42],
  engine: "kernels-wasm",
};

const folder = await mkdtemp(path.join(tmpdir(), "linear-bridge-"));
try {
  const { results } = await sweep(config, { out: folder, checkpoints: "all" });
  const { train } = await loadDataset(datasetSchema().parse(dataset), {
    dataDir: undefined,
    notify: () => {},
  });
  await writeFile(path.join(folder, "data.csv"), csv(train));
  const rows = results.map(({ method, loss, nonzero_parameters, sparsity }) => ({
    method,
    loss,
    nonzero: nonzero_parameters,
    sparsity,
  }));
  await writeFile(
    path.join(folder, "request.json"),
    JSON.stringify({ bridges: bridges.map((options) => ({ name: nameOf(options), ...options })), rows }),
  );
  const script = fileURLToPath(new URL("linear_bridge.py", import.meta.url));
  execFileSync(process.env.PYTHON || "python3", ["-B", script, folder], { stdio: "inherit" });
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** A line an example: its inputs, then its targets, with as many digits as a float32 has. */
function csv({ count, inputs, targets, shape: [width] }) {
  const lines = Array.from({ length: count }, (_, i) =>
    [
      ...inputs.values.slice(i * width, (i + 1) * width),
      ...targets.values.slice(i * targets.width, (i + 1) * targets.width),
    ].join(","),
  );
  return `${lines.join("\n")}\n`;
}
