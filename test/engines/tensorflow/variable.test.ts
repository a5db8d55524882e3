import { expect, test } from "vitest";
import { findInstallation } from "../../../src/engines/tensorflow/installation.ts";
import { loadRuntime } from "../../../src/engines/tensorflow/load.ts";
import { Variable } from "../../../src/engines/tensorflow/variable.ts";

const installation = findInstallation();

test.runIf(installation !== undefined)("a variable of more values than a Set can hold is read", () => {
  const runtime = loadRuntime(installation?.packageFolder ?? "");
  const size = 2 ** 24 + 1;
  const values = Float32Array.from({ length: size }, (_, i) => i);
  const before = runtime.memory();
  const variable = new Variable(runtime, [size]);
  variable.write(values);
  const read = variable.read();
  expect([read.length, read[1], read[size - 3]]).toEqual([size, 1, size - 3]);
  variable.dispose();
  expect(runtime.memory()).toEqual(before);
});
