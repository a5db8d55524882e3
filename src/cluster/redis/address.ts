import { inputError } from "../../foundations/errors.ts";

/** Gives the password of a Redis server, which a command line shows to everybody on the machine. */
export const PASSWORD_VARIABLE = "PRUNE_LAB_REDIS_PASSWORD";

/** Where a Redis server is, and who asks it. */
export interface RedisAddress {
  /** Without a password: what is printed and stored. */
  readonly shown: string;
  readonly host: string;
  readonly port: number;
  readonly database: number;
  readonly isEncrypted: boolean;
  readonly user: string | undefined;
  readonly password: string | undefined;
}

export function isRedisAddress(text: string): boolean {
  return /^rediss?:\/\//.test(text);
}

/**
 * Reads `redis://[user:password@]host[:port][/database]`, or `rediss://` where the connection is encrypted; the password
 * may be in the environment instead. Throws a PruneLabError of kind `input`, which does not repeat the text.
 */
export function parseRedisAddress(
  text: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): RedisAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const database = url === undefined ? undefined : /^\/?(\d{0,3})$/.exec(url.pathname)?.[1];
  if (
    url === undefined ||
    !isRedisAddress(text) ||
    url.hostname === "" ||
    database === undefined ||
    url.search + url.hash !== ""
  ) {
    throw inputError("This is no address of a Redis server.", {
      hint:
        "Write redis://HOST:6379, redis://USER@HOST:6379/2 for a user and a database, or rediss:// where the connection is " +
        `encrypted. The password goes into ${PASSWORD_VARIABLE}.`,
    });
  }
  const user = decoded(url.username);
  const port = Number(url.port || 6379);
  return {
    shown: `${url.protocol}//${url.username === "" ? "" : `${url.username}@`}${url.hostname}:${port}/${database || 0}`,
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port,
    database: Number(database || 0),
    isEncrypted: url.protocol === "rediss:",
    user,
    password: decoded(url.password) ?? (environment[PASSWORD_VARIABLE] || undefined),
  };
}

function decoded(text: string): string | undefined {
  if (text === "") return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
