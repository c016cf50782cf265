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

/**
 * Where names stand beside the ring without touching each other: each over a long stretch of its
 * own, or as near to it as there is room. `stretches` has those of each name, `widthOf` the width of
 * a name as a fraction of a turn, `before` the answer for an earlier state of the same ring: names
 * do not hop about while stretches grow. What has no room is left out.
 */
export function placeNames(stretches, widthOf, before = new Map()) {
  const placed = new Map();
  const isFree = (at, width) =>
    [...placed.values()].every((each) => apart(each.at, at) >= (each.width + width) / 2);
  for (const [name, runs] of stretches) {
    const width = widthOf(name);
    const ordered = [...runs].sort((a, b) => b[1] - b[0] - (a[1] - a[0]));
    const last = before.get(name)?.at;
    const kept = ordered.find(([from, to]) => from <= last && last <= to);
    const stays = kept && (kept[1] - kept[0]) * 2 > ordered[0][1] - ordered[0][0];
    const own = ordered.map(([from, to]) => (from + to) / 2);
    const beside = [...placed.values()]
      .flatMap((each) => [1, -1].map((side) => each.at + side * (each.width + width) * 0.501))
      .map((at) => ((at % 1) + 1) % 1)
      .sort((a, b) => apart(a, own[0]) - apart(b, own[0]));
    const at = [stays ? [last] : [], own, beside].flat().find((each) => isFree(each, width));
    if (at !== undefined) placed.set(name, { at, width });
  }
  return placed;
}

/** The distance of two places, as a fraction of a turn. */
function apart(a, b) {
  const distance = Math.abs(a - b) % 1;
  return Math.min(distance, 1 - distance);
}
