import { afterAll, afterEach, beforeAll, describe } from "vitest";
import type {
  Availability,
  Engine,
  EngineEntry,
  Network,
  OptimizerSpec,
} from "../../../src/engines/engine.ts";
import { reference } from "../../../src/engines/reference/index.ts";
import { engines } from "../../../src/engines/registry.ts";
import { tensorflow } from "../../../src/engines/tensorflow/index.ts";
import type { NetworkSpec } from "../../../src/network/specification.ts";

/** Makes a network that is disposed of after the test. */
export type MakeNetwork = (spec: NetworkSpec, optimizer: OptimizerSpec) => Promise<Network>;

/** Networks in lanes of a stack, with room for others beside them. */
const tensorflowInLanes: EngineEntry = {
  ...tensorflow,
  name: "tensorflow in lanes",
  open: async (notify) => {
    process.env.PRUNE_LAB_TENSORFLOW_LANES = "3";
    try {
      return await tensorflow.open(notify);
    } finally {
      delete process.env.PRUNE_LAB_TENSORFLOW_LANES;
    }
  },
};

/**
 * The relative error that an engine may have. TensorFlow's fused Adam subtracts its betas from 1 in float32, which
 * leaves 1 - 0.999 wrong by 1.3e-5.
 */
function toleranceOf(entry: EngineEntry): number {
  return entry === tensorflow || entry === tensorflowInLanes ? 1e-4 : 1e-5;
}

/** Declares the suite once for each registered engine, and once for TensorFlow's lanes; one that cannot run here is skipped, with the reason. */
export function describeEveryEngine(
  suite: (makeNetwork: MakeNetwork, tolerance: number) => void,
): Promise<void> {
  return describeEach([...engines.list(), tensorflowInLanes], suite);
}

/** As describeEveryEngine, without the reference, which the suite compares with. */
export function describeFastEngines(
  suite: (makeNetwork: MakeNetwork, makeReference: MakeNetwork, tolerance: number) => void,
): Promise<void> {
  return describeEach(
    [...engines.list().filter((entry) => entry !== reference), tensorflowInLanes],
    (makeNetwork, tolerance) => suite(makeNetwork, makerOf(reference), tolerance),
  );
}

/** What a file has open: its suites share the engines, of which TensorFlow takes more than a second to open. */
const opened = new Map<EngineEntry, Promise<Engine>>();

async function describeEach(
  entries: readonly EngineEntry[],
  suite: (makeNetwork: MakeNetwork, tolerance: number) => void,
): Promise<void> {
  // Behind all suites of the file.
  afterAll(async () => {
    for (const engine of opened.values()) await (await engine).dispose();
    opened.clear();
  });
  for (const entry of entries) {
    const availability = await entry.check();
    if (entry === tensorflow) tellIfMissing(availability);
    const title = availability.available ? entry.name : `${entry.name} (skipped: ${availability.reason})`;
    describe.skipIf(!availability.available)(title, () => suite(makerOf(entry), toleranceOf(entry)));
  }
}

/** CI sets PRUNE_LAB_REQUIRE_TENSORFLOW=1, so that its tests are not left out there. */
function tellIfMissing(availability: Availability): void {
  if (availability.available) return;
  const message = `The engine tensorflow is not tested: ${availability.reason}. ${availability.remedy}`;
  if (process.env.PRUNE_LAB_REQUIRE_TENSORFLOW === "1") throw new Error(message);
  console.warn(message);
}

/** Opens the engine, where no other suite has, for the tests of the suite that is being declared. */
function makerOf(entry: EngineEntry): MakeNetwork {
  let engine: Engine | undefined;
  let networks: Network[] = [];
  beforeAll(async () => {
    const opening = opened.get(entry) ?? entry.open(() => {});
    opened.set(entry, opening);
    engine = await opening;
  });
  afterEach(async () => {
    for (const network of networks) await network.dispose();
    networks = [];
  });
  return async (spec, optimizer) => {
    if (engine === undefined) throw new Error(`${entry.name} is not open`);
    const network = await engine.createNetwork(spec, optimizer);
    networks.push(network);
    return network;
  };
}
