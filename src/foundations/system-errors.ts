import path from "node:path";
import { failure, inputError, type PruneLabError, systemErrorCode } from "./errors.ts";

/** What the system's error codes mean. `text` follows the name of a file and a colon. */
interface Meaning {
  readonly kind: PruneLabError["kind"];
  readonly text: string;
  readonly hint?: string;
}

const AGAIN = "then run the same command to continue.";
const DISK_HINT = `Check the disk or the connection to it, ${AGAIN}`;
const FILES_HINT = `Allow more (ulimit -n), or use fewer threads (--workers), ${AGAIN}`;
const DENIED: Meaning = { kind: "input", text: "permission denied" };
const IN_THE_WAY: Meaning = { kind: "input", text: "a file is in the way" };
const UNSUPPORTED: Meaning = { kind: "failure", text: "the file system does not support this" };

const MEANINGS: Readonly<Record<string, Meaning>> = {
  ENOSPC: { kind: "input", text: "no space is left on the disk", hint: `Free some space, ${AGAIN}` },
  EDQUOT: { kind: "input", text: "the disk quota is used up", hint: `Free some space, ${AGAIN}` },
  EFBIG: {
    kind: "input",
    text: "the file would be larger than is allowed here",
    hint: `Allow larger files (ulimit -f), or choose another disk, ${AGAIN}`,
  },
  EACCES: DENIED,
  EPERM: DENIED,
  EROFS: { kind: "input", text: "the file system is read-only" },
  ENOENT: { kind: "input", text: "it does not exist" },
  ENOTDIR: IN_THE_WAY,
  EEXIST: IN_THE_WAY,
  EISDIR: { kind: "input", text: "it is a folder" },
  ELOOP: { kind: "input", text: "its symbolic links lead in a circle" },
  ENAMETOOLONG: { kind: "input", text: "the name is too long for the file system" },
  EIO: { kind: "failure", text: "the disk reports an error", hint: DISK_HINT },
  ESTALE: { kind: "failure", text: "the network file system has lost it", hint: DISK_HINT },
  ENODEV: { kind: "failure", text: "the disk is gone", hint: DISK_HINT },
  ENXIO: { kind: "failure", text: "the disk is gone", hint: DISK_HINT },
  ETIMEDOUT: { kind: "failure", text: "the disk does not answer", hint: DISK_HINT },
  EBUSY: { kind: "failure", text: "another program is using it" },
  ENOTEMPTY: { kind: "failure", text: "another program is writing there" },
  EMFILE: { kind: "failure", text: "too many files are open", hint: FILES_HINT },
  ENFILE: { kind: "failure", text: "too many files are open on this machine", hint: FILES_HINT },
  ENOMEM: { kind: "failure", text: "no memory is left", hint: `Free some memory, ${AGAIN}` },
  EAGAIN: { kind: "failure", text: "the system has no resources left", hint: `Free some memory, ${AGAIN}` },
  EXDEV: UNSUPPORTED,
  ENOTSUP: UNSUPPORTED,
  EOPNOTSUPP: UNSUPPORTED,
  ENOSYS: UNSUPPORTED,
  EINVAL: UNSUPPORTED,
};

/** `permission denied (EACCES)`: what a system error says, to follow a name and a colon. */
export function systemErrorText(error: unknown): string {
  const code = systemErrorCode(error);
  if (code === undefined) return error instanceof Error ? error.message : String(error);
  const meaning = MEANINGS[code];
  return meaning === undefined ? code : `${meaning.text} (${code})`;
}

/**
 * A system error that concerns `file`, as a PruneLabError that begins with `message`; without a hint of its own the
 * error's. Anything else comes back as it is.
 */
export function systemError(error: unknown, message: string, hint?: string): unknown {
  const code = systemErrorCode(error);
  if (code === undefined || !isSystemError(error)) return error;
  const meaning = MEANINGS[code];
  const advice = hint ?? meaning?.hint;
  const create = meaning?.kind === "input" ? inputError : failure;
  return create(`${message}: ${systemErrorText(error)}.`, {
    ...(advice === undefined ? {} : { hint: advice }),
    cause: error,
  });
}

/** Whether the system refused a call, as opposed to errors of libraries, which have codes too. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && "errno" in error && "syscall" in error;
}

/** Why a file cannot be read, as a PruneLabError that names it. Anything but a system error comes back as it is. */
export function readError(error: unknown, file: string, hint?: string): unknown {
  return systemError(error, `${file} cannot be read`, hint);
}

/** A system error that nobody met on the way, or memory that was refused, as a PruneLabError. Anything else comes back as it is. */
export function explainSystemError(error: unknown): unknown {
  if (isRefusedToWebAssembly(error)) {
    return failure(
      "The system refuses the memory that WebAssembly asks for, which draws charts and runs kernels-wasm.",
      {
        hint: `It reserves 10 GiB of addresses, and uses little of them: allow more (ulimit -v unlimited), or set NODE_OPTIONS=--disable-wasm-trap-handler, ${AGAIN}`,
        cause: error,
      },
    );
  }
  if (isOutOfFiles(error)) {
    return failure("The system allows no more open files.", { hint: FILES_HINT, cause: error });
  }
  if (isOutOfMemory(error)) {
    return failure("The system refuses more memory.", {
      hint: `Allow more (ulimit -v, or the limit of the container), or use fewer threads (--workers), ${AGAIN}`,
      cause: error,
    });
  }
  const call = error instanceof Error && "syscall" in error ? ` (${error.syscall})` : "";
  return systemError(error, pathOf(error) ?? `The system refuses a call${call}`);
}

function isRefusedToWebAssembly(error: unknown): boolean {
  return error instanceof Error && /^WebAssembly\b.*(out of memory|allocate)/is.test(error.message);
}

/** Of modules, and of threads that cannot start for want of files: Node says so in the message alone. */
function isOutOfFiles(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return /^Worker initialization failure: E[MN]FILE$|^Cannot read package config .*: too many open files/.test(
    error.message,
  );
}

const THREAD_CODES = ["ERR_WORKER_OUT_OF_MEMORY", "ERR_WORKER_INIT_FAILED"];

/** Of array buffers, and of threads: what cannot start for want of memory has a code without a call. */
function isOutOfMemory(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = systemErrorCode(error) ?? "";
  if (THREAD_CODES.includes(code) || (code === "EAGAIN" && !isSystemError(error))) return true;
  return error.message.startsWith("Array buffer allocation failed");
}

/** The file that a system error is about, absolute; undefined when it does not say. */
export function pathOf(error: unknown): string | undefined {
  if (error instanceof Error && "path" in error && typeof error.path === "string") {
    return path.resolve(error.path);
  }
  return undefined;
}

/** The same error, about `file`: errors of an open file do not name it, and temporary names tell nobody anything. */
export function atPath(error: unknown, file: string): unknown {
  if (isSystemError(error)) Object.assign(error as Error, { path: file });
  return error;
}
