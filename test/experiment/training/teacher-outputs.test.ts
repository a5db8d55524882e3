import { expect, test } from "vitest";
import type { Dataset } from "../../../src/datasets/dataset.ts";
import { openEngine } from "../../../src/engines/registry.ts";
import type { RunSettings } from "../../../src/experiment/settings.ts";
import { teacherOutputs } from "../../../src/experiment/training/teacher-outputs.ts";
import { mlp, optimizers } from "../../engines/support/networks.ts";
import { initialParameters, inOrder, makeExamples } from "../../engines/support/problems.ts";

test("are the network's own for every training example in turn, however many, in shared memory", async () => {
  const spec = mlp();
  const train = makeExamples(spec, 5000);
  const engine = await openEngine("kernels-wasm", () => {});
  const given = await teacherOutputs(initialParameters(spec), {
    settings: { network: spec } as RunSettings,
    engine,
    dataset: { train } as Dataset,
    onStep: () => {},
  });
  const network = await engine.createNetwork(spec, optimizers.plainSgd);
  await network.writeParameters(initialParameters(spec));
  expect(given).toEqual(await network.outputs(train, inOrder(5000)));
  expect(given.buffer).toBeInstanceOf(SharedArrayBuffer);
});
