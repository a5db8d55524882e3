import type { Network } from "../../../src/engines/engine.ts";
import type { ExampleSet } from "../../../src/engines/examples.ts";

/** (loss(p + h) - loss(p - h)) / 2h for each value p of a parameter. */
export async function finiteDifferences(
  network: Network,
  examples: ExampleSet,
  name: string,
  { of = async () => (await network.evaluate(examples)).loss, distance = 1e-4 } = {},
): Promise<number[]> {
  const parameters = await network.readParameters();
  const values = parameters.get(name) ?? new Float32Array();
  const lossWith = async (index: number, moved: number) => {
    const kept = values[index] as number;
    values[index] = moved;
    await network.writeParameters(parameters);
    values[index] = kept;
    return of();
  };
  const differences: number[] = [];
  for (const [index, value] of values.entries()) {
    // What float32 makes of p + h and p - h, so that the quotient divides by the true distance.
    const [above, below] = [Math.fround(value + distance), Math.fround(value - distance)];
    differences.push(((await lossWith(index, above)) - (await lossWith(index, below))) / (above - below));
  }
  await network.writeParameters(parameters);
  return differences;
}
