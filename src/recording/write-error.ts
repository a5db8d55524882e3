import { inputError, PruneLabError, systemErrorCode } from "../foundations/errors.ts";

/**
 * Puts the system's reason for a failed write under `folder` into words: a PruneLabError of kind `input`, since
 * the user chose the place. Anything else comes back as it is.
 */
export function explainWriteError(error: unknown, folder: string): unknown {
  if (error instanceof PruneLabError) return error;
  switch (systemErrorCode(error)) {
    case "ENOSPC":
    case "EDQUOT":
      return inputError(`No space is left on the disk that holds ${folder}.`, {
        hint: "Free some space, or choose another disk with --out; then run the same command to continue.",
        cause: error,
      });
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return inputError(`${folder} cannot be written: permission denied.`, {
        hint: "Choose another folder with --out.",
        cause: error,
      });
    case "ENOENT":
      return inputError(`${folder} cannot be created: the system allows no folder there.`, {
        hint: "Choose another folder with --out.",
        cause: error,
      });
    case "ENOTDIR":
    case "EEXIST":
    case "EISDIR":
      return inputError(`${folder} cannot be used as a results folder: a file is in the way.`, {
        hint: "Choose another folder with --out.",
        cause: error,
      });
    default:
      return error;
  }
}
