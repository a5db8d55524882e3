import { expect, test } from "vitest";
import { type Parameters, parameterSpecs } from "../../../src/network/parameters.ts";
import { expectClose, expectSameBits } from "../support/compare.ts";
import { describeEveryEngine, describeFastEngines, type MakeNetwork } from "../support/every-engine.ts";
import { cnn, mlp, oddCnn, optimizers, withoutBiases } from "../support/networks.ts";
import { everyPruning, initialParameters, inOrder, makeExamples } from "../support/problems.ts";

const networks = {
  mlp: mlp(),
  cnn: cnn(),
  "odd cnn": oddCnn("mean-squared-error"),
  "mlp without biases": withoutBiases(mlp("mean-squared-error", "sigmoid")),
  "cnn without biases": withoutBiases(cnn()),
  "odd cnn without some biases": withoutBiases(oddCnn("mean-squared-error", "sigmoid"), ["conv2"]),
};
const cases = Object.entries(networks).flatMap(([network, spec]) =>
  everyPruning(spec).map(([pruning, masks]) => ({ network, spec, pruning, masks })),
);
const order = inOrder(50).reverse();
const unmasked = { masked: false };

await describeEveryEngine((makeNetwork) => {
  test.each(cases)(
    "gradients of pruned values are those of a network that has them, as zeros: $network, $pruning",
    async ({ spec, masks }) => {
      const examples = makeExamples(spec, 50);
      const [pruned, whole] = [
        await makeNetwork(spec, optimizers.plainSgd),
        await makeNetwork(spec, optimizers.adam),
      ];
      await pruned.setMasks(masks);
      await pruned.writeParameters(initialParameters(spec));
      await whole.writeParameters(await pruned.readParameters());
      const gradients = await pruned.gradients(examples, order, unmasked);
      expectClose(gradients, await whole.gradients(examples, order), 1e-5);
      // Where nothing is pruned both are the same.
      const masked = new Map(
        [...gradients].map(([name, values]) => [
          name,
          values.map((g, i) => (masks.get(name)?.[i] === 0 ? 0 : g)),
        ]),
      );
      expectClose(await pruned.gradients(examples, order), masked, 1e-5);
    },
  );

  test("they are there for units that nothing leads to or from", async () => {
    const spec = mlp("mean-squared-error", "tanh");
    const network = await makeNetwork(spec, optimizers.plainSgd);
    const masks = new Map(everyPruning(spec)).get("units cut off") ?? new Map();
    await network.setMasks(masks);
    await network.writeParameters(initialParameters(spec));
    const gradients = await network.gradients(makeExamples(spec, 50), order, unmasked);
    const unit = (name: string, at: (row: number, column: number) => boolean) => {
      const columns = parameterSpecs(spec).find((each) => each.name === name)?.shape[1] ?? 1;
      return gradients.get(name)?.filter((_, i) => at(Math.floor(i / columns), i % columns)) ?? [];
    };
    // Unit 0 of fc2 has no kept weight into it, but its output counts. Unit 1 of fc1 varies, though nobody reads it.
    expect(unit("fc2.weight", (row) => row === 0).some((gradient) => gradient !== 0)).toBe(true);
    expect(unit("fc2.weight", (_, column) => column === 1).some((gradient) => gradient !== 0)).toBe(true);
    // What leads to unit 1 of fc1 changes no loss.
    expect(unit("fc1.weight", (row) => row === 1).every((gradient) => gradient === 0)).toBe(true);
  });

  test("taking them changes nothing of what is trained", async () => {
    for (const spec of [mlp(), cnn()]) {
      for (const [pruning, masks] of everyPruning(spec)) {
        const examples = makeExamples(spec, 50);
        const trained = [];
        for (const look of [false, true]) {
          const network = await makeNetwork(spec, optimizers.adam);
          await network.setMasks(masks);
          await network.writeParameters(initialParameters(spec));
          for (let step = 0; step < 3; step++) {
            if (look) await network.gradients(examples, order, unmasked);
            if (look) await network.gradients(examples, order, { loss: "sum-of-outputs" });
            if (look) await network.outputs(examples, order);
            if (look) await network.activationNorms(examples, order);
            await network.train(examples, inOrder(50), { batchSize: 16, learningRate: 0.01 });
          }
          trained.push({
            parameters: await network.readParameters(),
            evaluation: await network.evaluate(examples),
          });
        }
        const [plain, watched] = trained;
        expect(watched?.evaluation, pruning).toEqual(plain?.evaluation);
        expectSameBits(watched?.parameters ?? new Map(), plain?.parameters ?? new Map());
      }
    }
  });
});

/** The reference's gradients of each case: the same for every engine, and the slowest to compute. */
const known = new Map<(typeof cases)[0], Promise<readonly Parameters[]>>();

await describeFastEngines((makeNetwork, makeReference) => {
  test.each(cases)("they equal the reference's: $network, $pruning", async (each) => {
    const { spec, masks } = each;
    const examples = makeExamples(spec, 50);
    const ways = (["own", "sum-of-outputs"] as const).flatMap((loss) =>
      [true, false].map((masked) => ({ masked, loss })),
    );
    const gradientsBy = async (make: MakeNetwork) => {
      const network = await make(spec, optimizers.adam);
      await network.setMasks(masks);
      await network.writeParameters(initialParameters(spec));
      const gradients: Parameters[] = [];
      for (const way of ways) gradients.push(await network.gradients(examples, order, way));
      return gradients;
    };
    const expected = known.get(each) ?? gradientsBy(makeReference);
    known.set(each, expected);
    const actual = await gradientsBy(makeNetwork);
    for (const [i, gradients] of (await expected).entries()) {
      expectClose(actual[i] ?? new Map(), gradients, 1e-5, ways[i]?.loss);
    }
  });
});
