// Axes: round steps for figures and for times.

const SECOND = 1000;
const STEPS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400,
].map((each) => each * SECOND);

/** Up to `most` round values from 0 to at least `top`; binary steps fit byte counts. */
export function ticks(top, most, binary) {
  if (!(top > 0)) return [0, 1];
  const base = binary ? 1024 ** Math.floor(Math.log(top) / Math.log(1024)) : 1;
  const raw = top / base / most;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((each) => each * power).find((each) => each >= raw) * base;
  const values = [];
  for (let value = 0; values.length <= most + 1; value += step) {
    values.push(value);
    if (value >= top) break;
  }
  return values;
}

/** Round times within the span, about `most` of them, at full minutes or hours of the local clock. */
export function timeTicks(from, to, most) {
  const step =
    STEPS.find((each) => (to - from) / each <= most) ??
    Math.ceil((to - from) / most / 86_400_000) * 86_400_000;
  const offset = new Date(from).getTimezoneOffset() * 60_000;
  const values = [];
  for (let at = Math.ceil((from - offset) / step) * step + offset; at <= to; at += step)
    values.push(at);
  return values;
}

/** At most `most` points: each the mean of its neighbours in time, so that a line stays true. */
export function fewer(points, most) {
  if (points.length <= most) return points;
  const size = points.length / most;
  const out = [];
  for (let i = 0; i < most; i++) {
    const part = points.slice(Math.floor(i * size), Math.floor((i + 1) * size));
    const sum = part.reduce((total, [, value]) => total + value, 0);
    out.push([part[part.length - 1][0], sum / part.length]);
  }
  return out;
}

/** The index of the point nearest in time. */
export function nearest(points, at) {
  let low = 0;
  let high = points.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle][0] < at) low = middle + 1;
    else high = middle;
  }
  return low > 0 && at - points[low - 1][0] < points[low][0] - at ? low - 1 : low;
}
