import type { Manifest } from "../../src/recording/manifest.ts";

/** The manifest of a results folder that lists these files. */
export function manifestWith(files: readonly string[]): Manifest {
  return {
    tool: "prune-lab",
    format: 1,
    version: "1.0.0",
    node: "v20.0.0",
    study: "sweep",
    identity: "0",
    settings: {},
    engine: {},
    dataset: {},
    model: {},
    runs: {},
    files,
  };
}
