import { inputError, PruneLabError } from "../../foundations/errors.ts";
import type { Notify } from "../../foundations/notices.ts";
import type { Availability, Engine, EngineEntry } from "../engine.ts";
import { describeDevice, identityOf, reasonForNoGpu } from "./device.ts";
import { findNvidiaDriver } from "./gpu.ts";
import { HostProcess } from "./host-process.ts";
import { findInstallation, type Installation, lookForInstallation } from "./installation.ts";
import { RemoteNetwork } from "./remote-network.ts";
import { sentTo } from "./sent-once.ts";

const NAME = "tensorflow";
const SETUP = "Install it with: prune-lab setup tensorflow";

/** TensorFlow through @tensorflow/tfjs-node-gpu: CUDA where there is a GPU, else TensorFlow's CPU kernels. */
export const tensorflow: EngineEntry = {
  name: NAME,
  summary: "TensorFlow on an NVIDIA GPU, or on the CPU: needs prune-lab setup tensorflow",
  check: async () => availability(),
  open: async (notify) => {
    const installation = findInstallation();
    if (installation === undefined) {
      throw inputError(`The engine ${NAME} cannot run here: it is not installed.`, { hint: SETUP });
    }
    const { engine, noGpu } = await openInstallation(installation);
    if (noGpu !== undefined && installation.variant !== "cpu") notify(`TensorFlow uses the CPU. ${noGpu}`);
    return engine;
  },
};

function availability(): Availability {
  const found = lookForInstallation();
  if (found === undefined) return { available: false, reason: "it is not installed", remedy: SETUP };
  if (!(found instanceof PruneLabError)) return { available: true };
  return { available: false, reason: found.message, remedy: found.hint ?? "" };
}

/** What the GPU of this machine is called, if there is one. */
export async function findGpu(): Promise<string | undefined> {
  const driver = await findNvidiaDriver();
  return driver && (driver.gpus[0]?.name ?? "NVIDIA GPU");
}

/** The engine on the GPU of that name; undefined, and `notify` hears why, when it cannot be used. */
export async function openOnGpu(gpu: string, notify: Notify): Promise<Engine | undefined> {
  const installation = lookForInstallation();
  if (installation instanceof PruneLabError) {
    notify(`${gpu} is here, but not used. ${installation.message} ${installation.hint}`);
    return undefined;
  }
  if (installation === undefined) {
    notify(`${gpu} is here, but the engine ${NAME}, which would use it, is not installed. ${SETUP}`);
    return undefined;
  }
  if (installation.variant === "cpu") {
    notify(`${gpu} is here, but the engine ${NAME} is installed for the CPU. ${SETUP} --cuda`);
    return undefined;
  }
  const { engine, noGpu } = await openInstallation(installation);
  if (noGpu === undefined) return engine;
  notify(`${gpu} is here, but TensorFlow does not use it. ${noGpu}`);
  await engine.dispose();
  return undefined;
}

interface Opened {
  readonly engine: Engine;
  /** Why no GPU is used; undefined when one is. */
  readonly noGpu: string | undefined;
}

async function openInstallation(installation: Installation): Promise<Opened> {
  const { host, ready, log } = await HostProcess.start(installation);
  const sent = sentTo(host, ready.lanes);
  let networks = 0;
  const engine: Engine = {
    description: {
      name: NAME,
      identity: identityOf(ready, log),
      device: describeDevice(ready, log),
      reproducible: "on this machine, as far as TensorFlow's deterministic mode goes",
      maxWorkers: ready.lanes,
    },
    createNetwork: async (spec, optimizer) => {
      const network = networks++;
      await host.request({ kind: "create-network", network, spec, optimizer });
      return new RemoteNetwork(host, sent, network, spec);
    },
    dispose: async () => host.stop(),
  };
  return { engine, noGpu: ready.usesGpu ? undefined : (reasonForNoGpu(log) ?? "It finds no GPU.") };
}
