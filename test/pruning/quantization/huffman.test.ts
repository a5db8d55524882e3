import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { huffmanCode } from "../../../src/pruning/quantization/huffman.ts";

const wordsOf = (counts: readonly number[]) => {
  const { lengths, words } = huffmanCode(counts);
  return lengths.map((length, i) =>
    length === 0 ? "" : (words[i] as number).toString(2).padStart(length, "0"),
  );
};
const bitsOf = (counts: readonly number[]) =>
  wordsOf(counts).reduce((sum, word, i) => sum + word.length * (counts[i] as number), 0);

describe("a Huffman code", () => {
  it("gives frequent symbols short words", () => {
    // 5 + 9 = 14, 12 + 13 = 25, 14 + 16 = 30, 25 + 30 = 55, 45 + 55 = 100 (Cormen et al., figure 16.5).
    expect(wordsOf([45, 13, 12, 16, 9, 5])).toEqual(["0", "100", "101", "110", "1110", "1111"]);
    expect(bitsOf([45, 13, 12, 16, 9, 5])).toBe(224);
  });

  it("orders words of one length by their symbols", () => {
    expect(wordsOf([1, 1, 4, 2])).toEqual(["110", "111", "0", "10"]);
    expect(wordsOf([3, 3, 3, 3])).toEqual(["00", "01", "10", "11"]);
  });

  it("has no word for a symbol that does not occur, and one bit for one alone", () => {
    expect(wordsOf([0, 7, 0])).toEqual(["", "0", ""]);
    expect(wordsOf([0, 0])).toEqual(["", ""]);
    expect(wordsOf([0, 2, 0, 9])).toEqual(["", "0", "", "1"]);
  });

  it("has long words where counts grow like Fibonacci's numbers", () => {
    const fibonacci = [1, 1];
    while (fibonacci.length < 40) fibonacci.push((fibonacci.at(-1) as number) + (fibonacci.at(-2) as number));
    expect(huffmanCode(fibonacci).lengths).toEqual([39, ...[...Array(39).keys()].map((i) => 39 - i)]);
    expect(new Set(wordsOf(fibonacci)).size).toBe(40);
  });

  it("is a full prefix code within a bit a symbol of the entropy", () => {
    const counts = fc.array(fc.nat(1000), { minLength: 2, maxLength: 300 });
    fc.assert(
      fc.property(counts, (of) => {
        const used = of.filter((count) => count > 0);
        if (used.length < 2) return;
        const words = wordsOf(of).filter((word) => word !== "");
        const sorted = words.toSorted();
        for (const [i, word] of sorted.entries())
          expect(sorted[i + 1]?.startsWith(word) ?? false).toBe(false);
        expect(words.reduce((sum, word) => sum + 2 ** -word.length, 0)).toBe(1);
        const total = used.reduce((sum, count) => sum + count, 0);
        const entropy = used.reduce((sum, count) => sum - count * Math.log2(count / total), 0);
        expect(bitsOf(of)).toBeGreaterThanOrEqual(entropy - 1e-6);
        expect(bitsOf(of)).toBeLessThan(entropy + total);
      }),
    );
  });
});
