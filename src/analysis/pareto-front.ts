/**
 * The items that no other beats: none has both a lower or equal cost and a higher or equal value, with one of the
 * two better. In order of rising cost; of items equal in both, all are kept.
 */
export function paretoFront<Item>(
  items: readonly Item[],
  measures: { readonly cost: (item: Item) => number; readonly value: (item: Item) => number },
): Item[] {
  const { cost, value } = measures;
  const beats = (a: Item, b: Item) =>
    cost(a) <= cost(b) && value(a) >= value(b) && (cost(a) < cost(b) || value(a) > value(b));
  return items
    .filter((item) => !items.some((other) => beats(other, item)))
    .toSorted((a, b) => cost(a) - cost(b));
}
