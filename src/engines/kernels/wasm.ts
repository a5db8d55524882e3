import { readFile } from "node:fs/promises";
import path from "node:path";
import { inputError, systemErrorCode } from "../../foundations/errors.ts";
import { sha256 } from "../../foundations/hash.ts";
import { packageRoot } from "../../foundations/paths.ts";
import type { Availability, EngineEntry } from "../engine.ts";
import { ABI } from "./abi.ts";
import { costAtDensity } from "./cost-at-density.ts";
import { type KernelBuild, KernelNetwork } from "./kernel-network.ts";
import { WasmInstance } from "./wasm-instance.ts";

const file = path.join(packageRoot, "kernels", "prune_lab.wasm");

/** 128 bits of 32-bit floats. */
const VECTOR_LENGTH = 4;

/** The kernels as WebAssembly, shipped with the package: runs everywhere, with the same bits everywhere. */
export const kernelsWasm: EngineEntry = {
  name: "kernels-wasm",
  summary: "training kernels in WebAssembly SIMD: needs nothing, same numbers on every machine",
  costAtDensity,
  check: async () => (await loadModule()).availability,
  open: async () => {
    const { binary, availability } = await loadModule();
    if (binary === undefined) {
      throw inputError(`The engine kernels-wasm cannot run here: ${availability.reason}.`, {
        hint: availability.remedy,
      });
    }
    const module = await WebAssembly.compile(binary);
    const build: KernelBuild = {
      vectorLength: VECTOR_LENGTH,
      createInstance: (description) => new WasmInstance(module, description),
    };
    return {
      description: {
        name: "kernels-wasm",
        identity: `kernels-wasm abi ${ABI}, ${sha256(binary)}`,
        device: "CPU, WebAssembly SIMD",
        reproducible: "on every machine",
      },
      createNetwork: async (spec, optimizer) => new KernelNetwork(spec, optimizer, build),
      dispose: async () => {},
    };
  },
};

type Loaded =
  | { readonly binary: Uint8Array; readonly availability: Availability & { available: true } }
  | { readonly binary: undefined; readonly availability: Availability & { available: false } };

async function loadModule(): Promise<Loaded> {
  let binary: Uint8Array;
  try {
    binary = new Uint8Array(await readFile(file));
  } catch (error) {
    const reason = `${file} cannot be read (${systemErrorCode(error) ?? String(error)})`;
    return refusal(reason, "Install prune-lab again: npm ci");
  }
  if (!WebAssembly.validate(binary)) {
    return refusal(`this Node.js (${process.version}) takes no WebAssembly SIMD`, "Use Node.js 20 or newer.");
  }
  return { binary, availability: { available: true } };
}

function refusal(reason: string, remedy: string): Loaded {
  return { binary: undefined, availability: { available: false, reason, remedy } };
}
