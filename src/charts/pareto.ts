/**
 * The members that no other beats: none is at least as good at no more cost, and better in one of the two. Of
 * equals the first counts. By growing cost, and so by growing goodness.
 */
export function paretoFront<Member>(
  members: readonly Member[],
  cost: (member: Member) => number,
  goodness: (member: Member) => number,
): Member[] {
  const inTurn = [...members].sort((a, b) => cost(a) - cost(b) || goodness(b) - goodness(a));
  const front: Member[] = [];
  let best = Number.NEGATIVE_INFINITY;
  for (const member of inTurn) {
    if (goodness(member) <= best) continue;
    best = goodness(member);
    front.push(member);
  }
  return front;
}
