// Draws a line chart: axes with units, limit lines, marks of events, and lines with their gaps.

import { svg } from "../core/dom.js";
import { axisTime } from "../core/format.js";
import { fewer, nearest, pieces, powers, smooth, ticks, timeTicks, within } from "./scale.js";

const PAD = { top: 16, right: 8, bottom: 20, left: 72 };
const SMOOTH = 5_000;

/** The scales of a chart of this size for what lies within the span. */
export function layOut(lines, { width, height, from, to, top, binary, log, limit }) {
  const drawn = lines.map(({ points }) => within(points, from, to));
  const values = drawn.flatMap((points) => points.map(([, value]) => value));
  if (limit > 0) values.push(limit);
  const high = values.reduce((most, value) => Math.max(most, value), top ?? 0);
  const positive = values.filter((value) => value > 0);
  const low = positive.reduce((least, value) => Math.min(least, value), Infinity);
  const isLog = Boolean(log) && positive.length > 0;
  const marks = isLog ? powers(low, high) : ticks(high, 3, binary);
  const [least, most] = [marks[0], marks[marks.length - 1]];
  const inner = height - PAD.top - PAD.bottom;
  const span = isLog ? Math.log(most / least) || 1 : most;
  const part = (value) => (isLog ? Math.log(Math.max(value, least) / least) : value) / span;
  return {
    drawn,
    marks,
    width,
    height,
    from,
    to,
    x: (time) => PAD.left + ((time - from) / (to - from)) * (width - PAD.left - PAD.right),
    y: (value) => height - PAD.bottom - part(value) * inner,
    timeAt: (x) => from + ((x - PAD.left) / (width - PAD.left - PAD.right)) * (to - from),
  };
}

/** Grid and labels; the top label carries the unit. */
export function axes({ marks, width, height, from, to, x, y }, tick, unitTick) {
  const last = marks.length - 1;
  return [
    marks.map((value, i) => [
      svg("line", {
        x1: PAD.left,
        x2: width - PAD.right,
        y1: y(value),
        y2: y(value),
        class: i === 0 ? "axis" : "grid",
      }),
      svg(
        "text",
        { x: PAD.left - 8, y: y(value) + 4, class: "tick end" },
        (i === last ? unitTick : tick)(value),
      ),
    ]),
    timeTicks(from, to, Math.max(2, Math.floor(width / 110))).map((time, i, all) =>
      svg(
        "text",
        {
          x: Math.min(width - 28, Math.max(PAD.left, x(time))),
          y: height - 5,
          class: "tick middle",
        },
        axisTime(time, i ? all[i - 1] : null),
      ),
    ),
  ];
}

/** Lines; a smoothed one has its measured values as a faint line behind it. */
export function paths(lines, scale) {
  const most = Math.max(60, Math.floor(scale.width / 1.5));
  return lines.map((line, i) =>
    pieces(scale.drawn[i]).map((piece) => {
      if (piece.length < 2) return dot(piece[0], line, scale);
      const mean = line.smooth ? smooth(piece, SMOOTH) : piece;
      return [
        line.filled ? area(fewer(mean, most), line, scale) : null,
        line.smooth ? stroke(fewer(piece, most), `line raw ${line.tone}`, scale) : null,
        stroke(fewer(mean, most), `line ${line.tone}`, scale),
      ];
    }),
  );
}

function dot([time, value], line, { x, y }) {
  return svg("circle", { cx: x(time), cy: y(value), r: 2.5, class: `point ${line.tone}` });
}

function steps(points, { x, y }) {
  return points.map(([time, value]) => `${x(time).toFixed(1)} ${y(value).toFixed(1)}`).join("L");
}

function stroke(points, name, scale) {
  return svg("path", { d: `M${steps(points, scale)}`, class: name });
}

function area(points, line, scale) {
  const [first, last] = [points[0], points[points.length - 1]];
  const ground = scale.y(scale.marks[0]);
  const [left, right] = [scale.x(first[0]).toFixed(1), scale.x(last[0]).toFixed(1)];
  return svg("path", {
    d: `M${left} ${ground}L${steps(points, scale)}L${right} ${ground}Z`,
    class: `area ${line.tone}`,
  });
}

/** A dashed line at the limit. */
export function limitLine(limit, { width, y, marks }) {
  if (!(limit > 0) || limit > marks[marks.length - 1]) return null;
  const at = y(limit);
  return svg("line", { x1: PAD.left, x2: width - PAD.right, y1: at, y2: at, class: "limit" });
}

/** Events: a band for what lasted, a line with a small triangle for what happened at a moment. */
export function eventMarks(events, { height, from, to, x }) {
  return events
    .filter((each) => (each.until ?? each.at) >= from && each.at <= to)
    .map((each) => {
      const left = x(Math.max(from, each.at));
      const bottom = height - PAD.bottom;
      const title = svg("title", {}, each.text);
      if (each.until === undefined)
        return svg(
          "g",
          { class: `event ${each.kind}` },
          title,
          svg("line", { x1: left, x2: left, y1: PAD.top - 2, y2: bottom }),
          svg("path", { d: `M${left - 4} ${PAD.top - 8}h8l-4 7z` }),
        );
      const width = Math.max(2, x(Math.min(to, each.until)) - left);
      return svg(
        "g",
        { class: `event ${each.kind}` },
        title,
        svg("rect", { x: left, width, y: PAD.top, height: bottom - PAD.top }),
      );
    });
}

/** The cursor's line, and a dot on each line that was measured then. */
export function cursorMarks(lines, cursor, { drawn, from, to, x, y, height }) {
  if (cursor === null || cursor < from || cursor > to) return null;
  return [
    svg("line", {
      x1: x(cursor),
      x2: x(cursor),
      y1: PAD.top,
      y2: height - PAD.bottom,
      class: "cursor",
    }),
    lines.map((line, i) => {
      const points = drawn[i];
      if (!points.length) return null;
      const [time, value] = points[nearest(points, cursor)];
      if (Math.abs(time - cursor) > Math.max(LEAST, (to - from) / 50)) return null;
      return svg("circle", { cx: x(time), cy: y(value), r: 3.5, class: `point ${line.tone}` });
    }),
  ];
}

const LEAST = 2_000;
