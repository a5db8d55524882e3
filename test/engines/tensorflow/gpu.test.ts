import { afterEach, expect, test, vi } from "vitest";
import { findNvidiaDriver } from "../../../src/engines/tensorflow/gpu.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { fakeDriver } from "./fake-driver.ts";

afterEach(() => vi.unstubAllEnvs());

test("driver and GPUs are as nvidia-smi lists them", async () => {
  await fakeDriver(
    await temporaryFolder(),
    "550.54.14, 81559, NVIDIA H100 80GB HBM3\n550.54.14, 23034, NVIDIA L4",
  );
  expect(await findNvidiaDriver()).toEqual({
    version: "550.54.14",
    gpus: [
      { name: "NVIDIA H100 80GB HBM3", memoryMib: 81559 },
      { name: "NVIDIA L4", memoryMib: 23034 },
    ],
  });
});

test.skipIf((await findNvidiaDriver()) !== undefined)("a tool without a driver is no driver", async () => {
  await fakeDriver(await temporaryFolder(), "NVIDIA-SMI has failed because it could not talk to the driver.");
  expect(await findNvidiaDriver()).toBeUndefined();
});
