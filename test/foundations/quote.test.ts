import fc from "fast-check";
import { expect, test } from "vitest";
import { excerpt, MOST_QUOTED, quote } from "../../src/foundations/quote.ts";

test("what is short and visible is repeated as it is", () => {
  expect(quote("sparsity=0.9, größer, 剪枝")).toBe("'sparsity=0.9, größer, 剪枝'");
});

test("what is long is cut off, and what is no text is shown as its number", () => {
  expect(quote("x".repeat(50_000))).toBe(`'${"x".repeat(MOST_QUOTED - 3)}...'`);
  expect(quote("two\nlines\tof")).toBe("'two lines of'");
  expect(quote("\u001b[31mred\u0000\u009b\u202e")).toBe("'\\u001b[31mred\\u0000\\u009b\\u202e'");
  expect(excerpt("\ud800")).toBe("\\ud800");
});

test("whatever it is, the quote is short, on one line and free of control characters", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
      const quoted = excerpt(text);
      expect(quoted.length).toBeLessThanOrEqual(2 * MOST_QUOTED);
      expect(quoted).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
    }),
  );
});
