// Where the partitions lie on the wheel: angles as fractions of a turn, clockwise from the top.

const RING = 2 ** 64;

/**
 * The arcs of all partitions in the order of the ring. Where one has no tokens, as a file of an
 * import, each gets an equal slice instead. A range that passes the ring's end is cut in two.
 */
export function arcsOf(partitions) {
  const list = [...partitions.values()].sort((a, b) => a.number - b.number);
  const ring = list.length > 0 && list.every((each) => each.tokens?.length > 0);
  const arcs = [];
  if (ring) list.forEach((partition) => addRanges(arcs, partition));
  else
    list.forEach((partition, i) =>
      arcs.push({ from: i / list.length, to: (i + 1) / list.length, partition: partition.number }),
    );
  arcs.sort((a, b) => a.from - b.from);
  return { arcs, ring, covered: covered(arcs) };
}

/** The share of the ring of each partition: when it changes, the wheel's shape has. */
function covered(arcs) {
  const shares = new Map();
  for (const { from, to, partition } of arcs)
    shares.set(partition, (shares.get(partition) ?? 0) + to - from);
  return shares;
}

/** Whether a partition still covers what it did when the arcs were laid out. */
export function fits({ ring, covered: shares }, partition) {
  const before = shares.get(partition.number);
  if (before === undefined || ring !== partition.tokens?.length > 0) return false;
  if (!ring) return true;
  const now = [];
  addRanges(now, partition);
  return Math.abs(now.reduce((sum, { from, to }) => sum + to - from, 0) - before) < 1e-12;
}

function addRanges(arcs, partition) {
  for (const [start, end] of partition.tokens) {
    const [from, to] = [fraction(start), fraction(end)];
    if (from < to) {
      arcs.push({ from, to, partition: partition.number });
    } else {
      // The ring's highest token and its lowest are neighbours.
      if (from < 1) arcs.push({ from, to: 1, partition: partition.number });
      if (to > 0) arcs.push({ from: 0, to, partition: partition.number });
    }
  }
}

/** A token of 64 bits, as a decimal string, as a fraction of the ring; exact enough for any screen. */
export function fraction(token) {
  return Math.min(1, Math.max(0, Number(token) / RING + 0.5));
}

/** The index of the arc at this fraction of a turn, or -1 where the ring has a gap. */
export function arcAt(arcs, at) {
  let low = 0;
  let high = arcs.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (arcs[middle].from > at) high = middle - 1;
    else low = middle + 1;
  }
  return high >= 0 && at < arcs[high].to ? high : -1;
}
