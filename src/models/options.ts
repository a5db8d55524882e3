import * as z from "zod";

/** Options that several models share. */

export const activationSchema = z
  .enum(["relu", "sigmoid", "tanh"])
  .default("relu")
  .describe("What follows every hidden layer.");

/** Units of a dense layer, or channels of a convolution. */
export const unitsSchema = z.int().min(1).max(65_536);

/** The most hidden layers of a network. */
export const MOST_LAYERS = 500;
