/** A prefix code for the symbols 0, 1, ...; symbols that do not occur have words of length 0. */
export interface PrefixCode {
  /** Bits of each symbol's word. */
  readonly lengths: readonly number[];
  /** The words, as numbers of so many bits. */
  readonly words: readonly number[];
}

/** The prefix code with the fewest bits for symbols that occur so often (Huffman 1952), in canonical form. */
export function huffmanCode(counts: readonly number[]): PrefixCode {
  const lengths = huffmanLengths(counts);
  return { lengths, words: canonicalWords(lengths) };
}

interface Node {
  readonly count: number;
  readonly symbols: readonly number[];
}

/**
 * Lengths of the words. The two rarest nodes are joined until one is left, of equally rare ones the older; a symbol alone
 * has a word of one bit.
 */
function huffmanLengths(counts: readonly number[]): readonly number[] {
  const lengths = counts.map(() => 0);
  let nodes: Node[] = counts.flatMap((count, symbol) => (count > 0 ? [{ count, symbols: [symbol] }] : []));
  const [only] = nodes.length === 1 ? nodes : [];
  if (only !== undefined) for (const symbol of only.symbols) lengths[symbol] = 1;
  while (nodes.length > 1) {
    nodes = nodes.toSorted((a, b) => a.count - b.count);
    const [a, b] = nodes.splice(0, 2) as [Node, Node];
    const joined = { count: a.count + b.count, symbols: [...a.symbols, ...b.symbols] };
    for (const symbol of joined.symbols) lengths[symbol] = (lengths[symbol] as number) + 1;
    nodes.push(joined);
  }
  return lengths;
}

/**
 * The words that follow from the lengths alone: counted up in the order of length, then symbol, with a zero appended
 * wherever the length grows (RFC 1951, section 3.2.2). A decoder needs no more than the lengths.
 */
function canonicalWords(lengths: readonly number[]): readonly number[] {
  const words = lengths.map(() => 0);
  const used = lengths.flatMap((length, symbol) => (length > 0 ? [{ length, symbol }] : []));
  let next = 0;
  let before = 0;
  for (const { length, symbol } of used.toSorted((a, b) => a.length - b.length || a.symbol - b.symbol)) {
    next *= 2 ** (length - before);
    before = length;
    words[symbol] = next++;
  }
  return words;
}
