// Draws the wheel's arcs. Neighbours of one colour are one stroke, so 10,000 arcs cost little.

import { nodeName } from "../core/format.js";
import { colour } from "../core/theme.js";
import { font } from "./canvas.js";
import { placeNames } from "./wheel-geometry.js";

const TURN = Math.PI * 2;
const TOP = -Math.PI / 2;
const FEW = 400;
/** The pixels from the dot before a node's name to the name, and between two names. */
const DOT = 10;
const BETWEEN = 14;
const LABELS = [
  [0, "±2⁶³", "center", 19],
  [0.25, "−2⁶²", "left", 11],
  [0.5, "0", "center", 19],
  [0.75, "2⁶²", "right", 11],
];

/** Sizes that follow from the width of the square. */
export function layout(size) {
  const outer = size / 2 - 34;
  const band = Math.max(18, outer * 0.19);
  return { centre: size / 2, outer, band, middle: outer - band / 2 };
}

/** The arcs as they stand: `colourOf` gives each task its colour. */
export function paintArcs(context, size, arcs, partitions, colourOf) {
  const at = layout(size);
  for (const [tone, runs] of runsByColour(arcs, partitions, colourOf)) {
    context.fillStyle = tone;
    context.beginPath();
    for (const [from, to] of runs) sector(context, at, from, to);
    context.fill();
  }
  if (arcs.length > 1 && arcs.length <= FEW) paintGaps(context, at, arcs);
}

/**
 * A thin rim in the colours of the replicas, with the name of each. Returns where the names stand;
 * `before` is the last answer. Returns null, and paints nothing, where the replicas take turns so
 * often that their colours would blur.
 */
export function paintNodes(context, size, arcs, partitions, colours, before) {
  const at = layout(size);
  const rim = { centre: at.centre, outer: at.outer + 8, band: 4 };
  const stretches = runsByColour(arcs, partitions, (partition) => partition?.replica ?? null);
  stretches.delete(null);
  const runs = [...stretches.values()].flat();
  const share = runs.reduce((sum, [from, to]) => sum + to - from, 0);
  if (share * FEW < runs.length) return null;
  context.font = font(11);
  context.textAlign = "center";
  context.textBaseline = "middle";
  const radius = at.outer + 19;
  const turnOf = (pixels) => pixels / (radius * TURN);
  const names = placeNames(
    new Map([...colours.keys()].map((replica) => [replica, stretches.get(replica) ?? []])),
    (replica) => turnOf(DOT + context.measureText(nodeLabel(replica)).width + BETWEEN),
    before,
  );
  for (const [replica, tone] of colours) {
    context.fillStyle = tone;
    context.beginPath();
    for (const [from, to] of stretches.get(replica) ?? []) sector(context, rim, from, to);
    context.fill();
    if (names.has(replica))
      along(context, { centre: at.centre, radius }, names.get(replica).at, nodeLabel(replica), tone);
  }
  return names;
}

/** Writes along the rim, never upside down, after a dot in the colour of the node. */
function along(context, { centre, radius }, share, text, tone) {
  const isBelow = share > 0.25 && share < 0.75;
  const width = DOT + context.measureText(text).width;
  // What the text turns by until the middle of what is `x` pixels from its beginning.
  const turnTo = (x) =>
    share * TURN + (isBelow ? Math.PI : 0) + ((x - width / 2) / radius) * (isBelow ? -1 : 1);
  const paint = (x, draw) => {
    context.save();
    context.translate(centre, centre);
    context.rotate(turnTo(x));
    context.translate(0, radius * (isBelow ? 1 : -1));
    draw();
    context.restore();
  };
  context.fillStyle = tone;
  paint(3, () => {
    context.beginPath();
    context.arc(0, 0, 3, 0, TURN);
    context.fill();
  });
  context.fillStyle = colour("--muted");
  [...text].forEach((letter, i) => {
    const [start, end] = [text.slice(0, i), text.slice(0, i + 1)].map(
      (each) => context.measureText(each).width,
    );
    paint(DOT + (start + end) / 2, () => context.fillText(letter, 0, 0));
  });
}

/** The name of a node on the rim; of a long one, the beginning and the end. */
function nodeLabel(replica) {
  const name = nodeName(replica);
  return name.length <= 24 ? name : `${name.slice(0, 11)}…${name.slice(-12)}`;
}

function runsByColour(arcs, partitions, colourOf) {
  const runs = new Map();
  let last = null;
  for (const arc of arcs) {
    const stroke = colourOf(partitions.get(arc.partition));
    if (last && last.stroke === stroke && arc.from - last.run[1] < 1e-9) {
      last.run[1] = arc.to;
      continue;
    }
    last = { stroke, run: [arc.from, arc.to] };
    if (!runs.has(stroke)) runs.set(stroke, []);
    runs.get(stroke).push(last.run);
  }
  return runs;
}

function paintGaps(context, at, arcs) {
  context.strokeStyle = colour("--surface");
  context.lineWidth = arcs.length > 150 ? 0.6 : 1.2;
  context.beginPath();
  for (const { from } of arcs) {
    const [x, y] = [Math.cos(TOP + from * TURN), Math.sin(TOP + from * TURN)];
    context.moveTo(
      at.centre + x * (at.outer - at.band - 0.5),
      at.centre + y * (at.outer - at.band - 0.5),
    );
    context.lineTo(at.centre + x * (at.outer + 0.5), at.centre + y * (at.outer + 0.5));
  }
  context.stroke();
}

/** Marks at each sixteenth of the ring, and the tokens of its quarters. */
export function paintTicks(context, size) {
  const at = layout(size);
  context.strokeStyle = colour("--line-strong");
  context.fillStyle = colour("--faint");
  context.lineWidth = 1;
  context.font = font(11);
  context.textBaseline = "middle";
  for (let tick = 0; tick < 16; tick++) {
    const angle = TOP + (tick / 16) * TURN;
    const [x, y] = [Math.cos(angle), Math.sin(angle)];
    const length = tick % 4 === 0 ? 6 : 3;
    context.beginPath();
    context.moveTo(at.centre + x * (at.outer + 3), at.centre + y * (at.outer + 3));
    context.lineTo(
      at.centre + x * (at.outer + 3 + length),
      at.centre + y * (at.outer + 3 + length),
    );
    context.stroke();
  }
  for (const [share, text, align, away] of LABELS) {
    const angle = TOP + share * TURN;
    context.textAlign = align;
    context.fillText(
      text,
      at.centre + Math.cos(angle) * (at.outer + away),
      at.centre + Math.sin(angle) * (at.outer + away),
    );
  }
}

/**
 * The finished part of running arcs, on a layer of their own that beats with each report.
 * `shareOf` gives each arc's completed share.
 */
export function paintRunning(context, size, arcs, running, shareOf, tone) {
  const at = layout(size);
  // Below three pixels an arc would not be seen among 10,000.
  const least = 3 / (at.middle * TURN);
  context.fillStyle = tone;
  context.beginPath();
  for (const index of running) {
    const { from, to } = arcs[index];
    const wider = Math.max(0, least - (to - from)) / 2;
    const end = to - from < least ? to + wider : from + (to - from) * shareOf(arcs[index]);
    sector(context, at, from - wider, Math.max(end, from + least / 3));
  }
  context.fill();
}

/** Failed arcs, never thinner than three pixels, and a dashed line in those that were tried again. */
export function paintTroubles(context, size, arcs, failed, retried) {
  const at = layout(size);
  const least = 3 / (at.middle * TURN);
  context.fillStyle = colour("--failed");
  context.beginPath();
  for (const index of failed) {
    const { from, to } = arcs[index];
    const wider = Math.max(0, least - (to - from)) / 2;
    sector(context, at, from - wider, to + wider);
  }
  context.fill();
  context.lineWidth = 2;
  context.strokeStyle = colour("--surface");
  context.setLineDash([3, 3]);
  for (const index of retried) {
    context.beginPath();
    context.arc(
      at.centre,
      at.centre,
      at.middle,
      TOP + arcs[index].from * TURN,
      TOP + arcs[index].to * TURN,
    );
    context.stroke();
  }
  context.setLineDash([]);
}

/** Adds a part of the band to the path. */
function sector(context, { centre, outer, band }, from, to) {
  const [start, end] = [TOP + from * TURN, TOP + to * TURN];
  context.moveTo(centre + Math.cos(start) * outer, centre + Math.sin(start) * outer);
  context.arc(centre, centre, outer, start, end);
  context.arc(centre, centre, outer - band, end, start, true);
  context.closePath();
}

/** Marks the chosen arcs with a line outside and inside of the band. */
export function paintChosen(context, size, arcs, chosen) {
  const at = layout(size);
  const least = 4 / (at.middle * TURN);
  context.strokeStyle = colour("--ink");
  for (const [radius, width] of [
    [at.outer + 1.5, 3],
    [at.outer - at.band - 1.5, 3],
  ]) {
    context.lineWidth = width;
    context.beginPath();
    for (const index of chosen) {
      const { from, to } = arcs[index];
      const wider = Math.max(0, least - (to - from)) / 2;
      const start = TOP + (from - wider) * TURN;
      context.moveTo(at.centre + Math.cos(start) * radius, at.centre + Math.sin(start) * radius);
      context.arc(at.centre, at.centre, radius, start, TOP + (to + wider) * TURN);
    }
    context.stroke();
  }
}
