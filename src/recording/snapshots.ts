import * as z from "zod";
import {
  blockShape,
  HISTOGRAM_BINS,
  type TensorSnapshot,
  type WeightsSnapshot,
} from "../experiment/weights-snapshot.ts";
import { unpackBits } from "../foundations/packed.ts";
import { sizeOf } from "../network/shapes.ts";
import { recordedJson } from "./recorded-json.ts";

/** What can be seen of a network's weights without keeping them: the content of snapshots.json. */

export const SNAPSHOTS_FILE = "snapshots.json";

/** The weights of a pruned network; `target_sparsity` as in results.csv. */
export interface PointSnapshot {
  readonly method: string;
  readonly target_sparsity: number;
  readonly after: WeightsSnapshot;
}

/** The weights of one seed, before pruning and after each recovery, in the order of the grid. */
export interface Snapshots {
  readonly format: 2;
  readonly study: string;
  readonly seed: number;
  /** Null where every network was constructed. */
  readonly before: WeightsSnapshot | null;
  readonly points: readonly PointSnapshot[];
}

/** Bytes as base64 text, `bytes` of them or a multiple of `unit`. */
const packed = ({ bytes, unit = 1 }: { readonly bytes?: number; readonly unit?: number }) =>
  z.base64().refine((text) => {
    const found = Buffer.byteLength(text, "base64");
    return bytes === undefined ? found % unit === 0 : found === bytes;
  }, "it does not have the bytes that it should");

const histogram = {
  limit: z.number().nonnegative(),
  histogram: packed({ bytes: 4 * HISTOGRAM_BINS }),
  nonzero: z.int().nonnegative(),
};

const tensorSchema = z
  .object({
    name: z.string(),
    shape: z.array(z.int().positive()).min(1),
    ...histogram,
    nearZero: z.int().nonnegative(),
    block: packed({}),
    sample: packed({ unit: 4 }),
  })
  .refine(({ shape, block }) => {
    const { rows, columns } = blockShape(shape);
    return Buffer.byteLength(block, "base64") === Math.ceil((rows * columns) / 8);
  }, "its block does not fit its shape")
  .refine(({ shape, nonzero, nearZero }) => Math.max(nonzero, nearZero) <= sizeOf(shape), {
    error: "it counts more values than it has",
  });

const weightsSchema = z
  .object({
    tensors: z.array(tensorSchema),
    together: z.object({ ...histogram, size: z.int().nonnegative() }),
    corner: z.object({ limit: z.number().nonnegative(), values: packed({}) }),
  })
  .refine(
    ({ tensors: [first], corner }) => cornerCount(first) === Buffer.byteLength(corner.values, "base64"),
    {
      error: "its corner does not fit the block of its first tensor",
    },
  );

function cornerCount(tensor: z.output<typeof tensorSchema> | undefined): number {
  if (tensor === undefined) return 0;
  const { rows, columns } = blockShape(tensor.shape);
  return unpackBits(tensor.block, rows * columns).filter(Boolean).length;
}

const snapshotsSchema = z
  .object({
    format: z.literal(2),
    study: z.string(),
    seed: z.int(),
    before: weightsSchema.nullable(),
    points: z.array(
      z.object({
        method: z.string(),
        target_sparsity: z.number().min(0).max(1),
        after: weightsSchema,
      }),
    ),
  })
  .refine(
    ({ before, points: [first, ...others] }) => {
      const networks = [...(before === null ? [] : [before]), ...others.map(({ after }) => after)];
      return (
        first === undefined || networks.every(({ tensors }) => sameTensors(first.after.tensors, tensors))
      );
    },
    { error: "its networks have different tensors" },
  );

type Named = Pick<TensorSnapshot, "name" | "shape">;

function sameTensors(before: readonly Named[], after: readonly Named[]): boolean {
  const facts = (tensors: readonly Named[]) =>
    JSON.stringify(tensors.map(({ name, shape }) => ({ name, shape })));
  return facts(before) === facts(after);
}

/** The content of a snapshots.json. Throws a PruneLabError of kind `input` that names `file` when it is damaged. */
export function parseSnapshots(text: string, file: string): Snapshots {
  return recordedJson(text, snapshotsSchema, {
    file,
    what: "a record of weights",
    hint: "Run the sweep again: it writes the file anew.",
  }) as Snapshots;
}
