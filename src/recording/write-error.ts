import path from "node:path";
import { inputError, PruneLabError, systemErrorCode } from "../foundations/errors.ts";
import { cacheFolder } from "../foundations/paths.ts";
import { explainSystemError, pathOf, systemError } from "../foundations/system-errors.ts";

/**
 * Puts the system's reason for a failed write under `folder` into words: a PruneLabError, of kind `input` where the user
 * chose the place. An error about a file elsewhere is told of that file. Anything but a system error comes back as it is.
 */
export function explainWriteError(error: unknown, folder: string): unknown {
  if (error instanceof PruneLabError) return error;
  const file = pathOf(error);
  if (file !== undefined && !concerns(file, path.resolve(folder))) return elsewhere(error, file);
  switch (systemErrorCode(error)) {
    case "ENOSPC":
    case "EDQUOT":
      return inputError(
        systemErrorCode(error) === "EDQUOT"
          ? `The disk quota is used up where ${folder} lies.`
          : `No space is left on the disk that holds ${folder}.`,
        {
          hint: "Free some space, or choose another disk with --out; then run the same command to continue.",
          cause: error,
        },
      );
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return systemError(error, `${folder} cannot be written`, "Choose another folder with --out.");
    case "ENOTDIR":
    case "EEXIST":
    case "EISDIR":
      return inputError(`${folder} cannot be used as a results folder: a file is in the way.`, {
        hint: "Choose another folder with --out.",
        cause: error,
      });
    default:
      return explainSystemError(systemError(error, `${file ?? folder} cannot be written`));
  }
}

/** Whether a file lies in a folder, or is one that the folder lies in. */
function concerns(file: string, folder: string): boolean {
  return isWithin(file, folder) || isWithin(folder, file);
}

function isWithin(file: string, folder: string): boolean {
  return file === folder || file.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep);
}

function elsewhere(error: unknown, file: string): unknown {
  const hint = concerns(file, path.resolve(cacheFolder()))
    ? "It is prune-lab's cache: PRUNE_LAB_CACHE names another folder for it."
    : undefined;
  return systemError(error, `${file} cannot be used`, hint);
}
