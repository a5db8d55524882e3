import path from "node:path";
import { expect, it } from "vitest";
import { shrink } from "../../../src/library/steps/shrink.ts";
import { readDetails } from "../../../src/recording/details-reader.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../../support/tiny-study.ts";

const ADDED = ["shrunk_shape", "shrunk_weights", "shrunk_macs", "dense_macs"];

it("evaluate.shrunk says of every row what shrink makes of its network, and changes nothing else", async () => {
  const folder = await temporaryFolder();
  const units = { name: "units", criterion: "magnitude", allocation: "uniform", structure: "neuron" };
  const prune = {
    methods: ["global-magnitude", units],
    sparsities: [0, 0.5, 0.9],
    finetune: null,
    exclude: ["output"],
  };
  const study = { seeds: [0], prune };
  const at = (name: string) => path.join(folder, name);
  const plain = await runIn(at("plain"), await tinyStudy(folder, study));
  const options = await tinyStudy(folder, { ...study, evaluate: { shrunk: true } });
  const { outcome } = await runIn(at("shrunk"), options, { checkpoints: "all" });
  const { layers } = await readDetails(at("shrunk"));
  for (const [i, row] of outcome.results.entries()) {
    const { shrunk_parameters: parameters, shrunk_macs: macs, ...others } = row;
    expect(others).toEqual(plain.outcome.results[i]);
    const file = path.join(
      at("shrunk"),
      "checkpoints",
      `${row.method}-${row.target_sparsity}-seed0.safetensors`,
    );
    const small = await shrink(file, { out: at("small.safetensors"), force: true });
    expect({ parameters, macs }).toEqual({
      parameters: small.after.parameters,
      macs: small.after.dense_macs,
    });
    if (row.target_sparsity === 0) expect(parameters).toBe(row.parameters);
    else if (row.method === "units") expect(parameters).toBeLessThan(row.parameters);

    // Layer by layer, which comes to the whole network.
    const own = layers.filter(
      ({ method, target_sparsity }) => method === row.method && target_sparsity === row.target_sparsity,
    );
    const sum = (values: readonly (number | undefined)[]) =>
      values.reduce<number>((total, value) => total + (value ?? 0), 0);
    expect({
      parameters: sum(own.map(({ shrunk_weights }) => shrunk_weights)),
      macs: sum(own.map(({ shrunk_macs }) => shrunk_macs)),
      dense_macs: sum(own.map(({ dense_macs }) => dense_macs)),
    }).toEqual({ parameters, macs, dense_macs: row.dense_macs });
    for (const { layer, shape, macs: left, macs_before: whole } of small.layers) {
      expect(own.find(({ parameter }) => parameter === `${layer}.weight`)).toMatchObject({
        shrunk_shape: shape.join("x"),
        shrunk_macs: left,
        dense_macs: whole,
      });
    }
  }
  expect(outcome.results).toHaveLength(6);
  const without = layers.map((row) =>
    Object.fromEntries(Object.entries(row).filter(([column]) => !ADDED.includes(column))),
  );
  expect(without).toEqual((await readDetails(at("plain"))).layers);
});
