import { createHash } from "node:crypto";
import { test } from "vitest";
import { DeviceData } from "../../../../src/engines/tensorflow/device-data.ts";
import { findInstallation } from "../../../../src/engines/tensorflow/installation.ts";
import { loadRuntime } from "../../../../src/engines/tensorflow/load.ts";
import { TensorFlowNetwork } from "../../../../src/engines/tensorflow/network.ts";
import { Stacks } from "../../../../src/engines/tensorflow/stacks/stacks.ts";
import { buildNetwork, modelSchema } from "../../../../src/models/registry.ts";
import { mlp, optimizers } from "../../support/networks.ts";
import { initialParameters, inOrder, makeExamples, weightMasks } from "../../support/problems.ts";

test("bits", async () => {
  const rt = loadRuntime(findInstallation()?.packageFolder ?? "");
  const lenet = (name: string) =>
    buildNetwork(modelSchema().parse({ name }), [1, 28, 28], 10, "softmax-cross-entropy");
  for (const [title, spec, B] of [
    ["tiny", mlp(), 16],
    ["300", lenet("lenet-300-100"), 64],
    ["5", lenet("lenet-5"), 64],
    ["5 odd", lenet("lenet-5"), 37],
  ] as const)
    for (const optimizer of [optimizers.plainSgd, optimizers.adam]) {
      const examples = makeExamples(spec, 300);
      const hashes: string[] = [];
      for (const K of [2, 3, 8, 16])
        for (const busy of [false, true]) {
          const data = new DeviceData(rt),
            stacks = new Stacks(rt, data, K);
          const nets = Array.from(
            { length: K },
            () => new TensorFlowNetwork(rt, data, spec, optimizer, stacks),
          );
          // first to train gets lane 0: the watched one is at lane `at`
          for (const at of [0, K - 1]) {
            const watched = nets[at] as TensorFlowNetwork;
            await Promise.all(
              nets.map(async (n) => {
                if (!busy && n !== watched)
                  return n.train(examples, inOrder(1), { batchSize: B, learningRate: 0 });
                await n.writeParameters(initialParameters(spec));
                if (n !== watched) {
                  await n.setMasks(weightMasks(spec, Math.random()));
                } else await n.setMasks(new Map());
                return n.train(
                  examples,
                  inOrder(10 * B - 3).map((i) => (i * (n === watched ? 7 : 11)) % 300),
                  { batchSize: B, learningRate: 0.01 },
                );
              }),
            );
            const h = createHash("sha1");
            for (const v of (await watched.readParameters()).values()) h.update(v);
            hashes.push(`K${K}${busy ? "busy" : "idle"}@${at}:${h.digest("hex").slice(0, 6)}`);
            // fresh state
            const st = await watched.readOptimizerState();
            for (const n of nets)
              await n.writeOptimizerState({
                step: 0,
                slots: new Map(
                  [...st.slots].map(([k, t]) => [k, new Map([...t].map(([a, v]) => [a, v.map(() => 0)]))]),
                ),
              });
          }
          for (const n of nets) await n.dispose();
        }
      console.log(title, optimizer.name, hashes.join(" "));
    }
}, 300000);
