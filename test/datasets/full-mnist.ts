import { existsSync } from "node:fs";
import path from "node:path";
import { idxRoleNames, standardName } from "../../src/datasets/idx-files.ts";

/** A folder that holds the four files of the full MNIST as .gz, or undefined: tests that need it say so. */
export const fullMnist = [process.env.PRUNE_LAB_DATA ?? "", "../shared/data", "data"]
  .filter((folder) => folder !== "")
  .flatMap((folder) => [path.resolve(folder, "mnist"), path.resolve(folder)])
  .find((folder) => idxRoleNames.every((role) => existsSync(path.join(folder, `${standardName(role)}.gz`))));

if (fullMnist === undefined) {
  console.warn("Full MNIST not found: its tests are left out (prune-lab data fetch mnist gets it).");
}
