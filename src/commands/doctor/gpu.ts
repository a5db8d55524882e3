import { type CudaLibrary, findCudaLibraries } from "../../engines/tensorflow/cuda-libraries.ts";
import { findNvidiaDriver } from "../../engines/tensorflow/gpu.ts";

export interface GpuDiagnosis {
  /** Version of the NVIDIA driver; null when there is none. */
  readonly driver: string | null;
  /** Each GPU with its memory: "NVIDIA L4, 23034 MiB". */
  readonly names: readonly string[];
  /** What TensorFlow needs of CUDA, and where it is. */
  readonly libraries: readonly CudaLibrary[];
  /** How to get the libraries that are missing. */
  readonly remedy: string;
}

/** The GPU of this machine, and whether TensorFlow would find the libraries to use it. */
export async function inspectGpu(): Promise<GpuDiagnosis> {
  const driver = await findNvidiaDriver();
  return {
    driver: driver?.version ?? null,
    names: (driver?.gpus ?? []).map(({ name, memoryMib }) => `${name}, ${memoryMib} MiB`),
    libraries: findCudaLibraries(),
    remedy: "install them with: prune-lab setup tensorflow --cuda",
  };
}
