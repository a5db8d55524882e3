import { expect, test } from "vitest";
import { parseRedisAddress } from "../../../src/cluster/redis/address.ts";

test("an address in parts; what is shown of it has no password", () => {
  expect(parseRedisAddress("redis://10.0.0.5", {})).toEqual({
    shown: "redis://10.0.0.5:6379/0",
    host: "10.0.0.5",
    port: 6379,
    database: 0,
    isEncrypted: false,
    user: undefined,
    password: undefined,
  });
  expect(parseRedisAddress("rediss://ann:s%40cret@[::1]:7000/2", {})).toEqual({
    shown: "rediss://ann@[::1]:7000/2",
    host: "::1",
    port: 7000,
    database: 2,
    isEncrypted: true,
    user: "ann",
    password: "s@cret",
  });
});

test("what is shown leads to the same server", () => {
  const { shown } = parseRedisAddress("redis://ann:secret@host/3", {});
  expect(parseRedisAddress(shown, { PRUNE_LAB_REDIS_PASSWORD: "secret" })).toEqual(
    parseRedisAddress("redis://ann:secret@host:6379/3", {}),
  );
});

test.each([
  "redis://",
  "http://host",
  "redis://:secret@host/name",
  "redis://:secret@host?x=1",
  "redis://:secret@host:port",
])("%s is none, and is not repeated", (text) => {
  const thrown = (() => {
    try {
      return parseRedisAddress(text, {});
    } catch (error) {
      return error as Error;
    }
  })();
  expect(thrown).toMatchObject({ kind: "input", message: "This is no address of a Redis server." });
  expect(JSON.stringify(thrown)).not.toContain("secret");
});
