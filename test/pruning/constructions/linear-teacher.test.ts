import { expect, test } from "vitest";
import { buildNetwork, modelSchema } from "../../../src/models/registry.ts";
import { parameterCount, parameterSpecs } from "../../../src/network/parameters.ts";
import { linearTeacher } from "../../../src/pruning/constructions/linear-teacher.ts";
import { blueprint, material, regression } from "./network.ts";

const options = linearTeacher.options.parse({});

test("is a network of its own, from the inputs to the outputs, with nothing pruned", () => {
  const spec = linearTeacher.network?.(regression(128, [1024], 10), options);
  expect(spec?.layers).toEqual([{ kind: "dense", name: "fc1", inputs: 128, outputs: 10 }]);
  expect(spec && parameterCount(spec)).toBe(1290);
  expect(spec && linearTeacher.masks(blueprint(spec), options).size).toBe(0);
});

test("of a network for images it has the inputs, the classes and the loss", () => {
  const lenet = buildNetwork(
    modelSchema().parse({ name: "lenet-5" }),
    [1, 28, 28],
    10,
    "softmax-cross-entropy",
  );
  const spec = linearTeacher.network?.(lenet, options);
  expect(spec?.loss).toBe("softmax-cross-entropy");
  expect(spec && parameterSpecs(spec).map(({ shape }) => shape)).toEqual([[10, 784], [10]]);
});

test("its values are the teacher's", () => {
  const teacher = new Map([["fc1.bias", Float32Array.of(1)]]);
  expect(linearTeacher.values(material(regression(1, [], 1), { teacher }), options)).toBe(teacher);
  expect(linearTeacher.teacher?.(linearTeacher.options.parse({ epochs: 7 }))).toEqual({
    epochs: 7,
    learningRate: 0.01,
  });
});
