import fc from "fast-check";

/** Text that was made to hurt: what parsers, terminals, file systems and object keys trip over. */
const hostileText = fc.oneof(
  fc.constantFrom(
    ...[
      "__proto__",
      "constructor",
      "toString",
      "hasOwnProperty",
      "null",
      "~",
      "NaN",
      "Infinity",
      "-0",
      "1e999",
    ],
    ...[
      "../../evil",
      "/dev/null",
      "CON",
      "a\u0000b",
      "\u001b[31m",
      "\u202e",
      "\ud800",
      "\ufeff",
      "::error::x",
    ],
    ...[
      "*x",
      "&a [*a]",
      "!!js/function",
      "<<: *x",
      "---",
      "...",
      "|",
      ">",
      "%YAML 9",
      "{",
      "]",
      "? ",
      "- - -",
    ],
    ...[
      "2 ** 31",
      "0x7fffffff",
      "9007199254740993",
      "4294967296",
      "-1",
      "0.1.2",
      '"',
      "'",
      ",",
      "\r\n",
      "\t",
    ],
  ),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc
    .tuple(fc.constantFrom("x", "[", "- ", "{a: ", "9", "é", "\n "), fc.constantFrom(99, 1000, 20_000))
    .map(([text, times]) => text.repeat(times)),
);

/** A text with some of it taken away, repeated, or replaced by what hurts. */
export function mangledText(...originals: readonly string[]): fc.Arbitrary<string> {
  const change = fc.record({
    at: fc.nat(),
    length: fc.nat(40),
    put: fc.option(hostileText),
    again: fc.boolean(),
  });
  return fc
    .tuple(fc.constantFrom(...originals), fc.array(change, { minLength: 1, maxLength: 4 }))
    .map(([original, changes]) =>
      changes.reduce((text, { at, length, put, again }) => {
        const start = at % (text.length + 1);
        const piece = text.slice(start, start + length);
        return (
          text.slice(0, start) +
          (again ? piece : "") +
          (put ?? "") +
          text.slice(start + (put === null ? length : 0))
        );
      }, original),
    );
}

/** Bytes with some of them changed, cut off or added. */
export function mangledBytes(...originals: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const change = fc.record({ at: fc.nat(), value: fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), cut: fc.nat(20) });
  return fc
    .tuple(
      fc.constantFrom(...originals),
      fc.array(change, { maxLength: 4 }),
      fc.option(fc.nat()),
      fc.uint8Array({ maxLength: 30 }),
    )
    .map(([original, changes, end, added]) => {
      const bytes = Uint8Array.from(original);
      for (const { at, value } of changes) bytes[at % bytes.length] = value;
      const kept = end === null ? bytes : bytes.subarray(0, end % (bytes.length + 1));
      return Uint8Array.from([...kept, ...added]);
    });
}

/** Data of any kind in the place of some of an object's. */
export function mangledData(original: unknown): fc.Arbitrary<unknown> {
  const value = fc.oneof(
    fc.constantFrom(null, [], {}, -1, 1e308, 2 ** 53, Number.NaN, true, "", Array(2000).fill(0)),
    hostileText,
    fc.jsonValue({ maxDepth: 3 }),
  );
  return fc
    .array(fc.tuple(fc.nat(), value), { minLength: 1, maxLength: 3 })
    .map((changes) =>
      changes.reduce<unknown>((data, [at, put]) => replaced(data, at, put), structuredClone(original)),
    );
}

function replaced(data: unknown, at: number, put: unknown): unknown {
  if (data === null || typeof data !== "object") return put;
  const keys = Object.keys(data);
  const key = keys[at % (keys.length + 1)];
  if (key === undefined) return put;
  const inner = (data as Record<string, unknown>)[key];
  const changed = replaced(inner, Math.floor(at / (keys.length + 1)), put);
  return Array.isArray(data) ? data.with(Number(key), changed) : { ...data, [key]: changed };
}

export { hostileText };
