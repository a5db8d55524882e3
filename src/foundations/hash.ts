import { createHash } from "node:crypto";

/** The SHA-256 of some bytes, which may come in parts, or of a text's UTF-8 encoding, in lower-case hexadecimal. */
export function sha256(content: string | Uint8Array | readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  const isWhole = typeof content === "string" || content instanceof Uint8Array;
  for (const part of isWhole ? [content] : content) hash.update(part);
  return hash.digest("hex");
}

/** JSON with the keys of every object sorted, so that equal values have equal texts. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : inner,
  );
}

/** The identity hash of a plain value: the SHA-256 of its canonical JSON. */
export function contentHash(value: unknown): string {
  return sha256(canonicalJson(value));
}
