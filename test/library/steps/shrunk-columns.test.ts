import path from "node:path";
import { expect, it } from "vitest";
import { shrink } from "../../../src/library/steps/shrink.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { runIn, tinyStudy } from "../../support/tiny-study.ts";

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
  for (const [i, row] of outcome.results.entries()) {
    const { shrunk_parameters: parameters, shrunk_macs: macs, ...others } = row;
    expect(others).toEqual(plain.outcome.results[i]);
    const file = path.join(
      at("shrunk"),
      "checkpoints",
      `${row.method}-${row.target_sparsity}-seed0.safetensors`,
    );
    const { after } = await shrink(file, { out: at("small.safetensors"), force: true });
    expect({ parameters, macs }).toEqual({ parameters: after.parameters, macs: after.dense_macs });
    if (row.target_sparsity === 0) expect(parameters).toBe(row.parameters);
    else if (row.method === "units") expect(parameters).toBeLessThan(row.parameters);
  }
  expect(outcome.results).toHaveLength(6);
});
