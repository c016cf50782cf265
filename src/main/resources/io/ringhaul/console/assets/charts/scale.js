// Axes: round steps for figures and for times, and what of a series a chart draws.

const SECOND = 1000;
const STEPS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400,
].map((each) => each * SECOND);

/** Between points that are so many times as far apart as their neighbours, nothing was measured. */
const GAP_STEPS = 3;
const LEAST_GAP = 3_500;

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

/** Powers of ten from below `low` to above `high`; both are positive. */
export function powers(low, high) {
  const values = [];
  for (let power = Math.floor(Math.log10(low)); ; power++) {
    values.push(10 ** power);
    if (10 ** power >= high) return values;
  }
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

/** The points of the span, and one more on each side so that lines reach the edges. */
export function within(points, from, to) {
  if (!points.length) return points;
  const first = firstFrom(points, from);
  const end = firstFrom(points, to);
  return points.slice(Math.max(0, first - 1), Math.min(points.length, end + 1));
}

/**
 * Cuts a series where nothing was measured for longer than a few of the steps around. Old parts of a
 * series have longer steps than new ones.
 */
export function pieces(points) {
  if (!points.length) return [];
  const step = (i) => (i > 0 && i < points.length ? points[i][0] - points[i - 1][0] : 0);
  const out = [[points[0]]];
  for (let i = 1; i < points.length; i++) {
    const usual = Math.max(step(i - 1), step(i + 1));
    if (step(i) > Math.max(LEAST_GAP, usual * GAP_STEPS)) out.push([]);
    out[out.length - 1].push(points[i]);
  }
  return out;
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

/** The mean of the last `millis` at each point. */
export function smooth(points, millis) {
  let first = 0;
  let sum = 0;
  return points.map(([at, value], i) => {
    sum += value;
    while (points[first][0] <= at - millis) sum -= points[first++][1];
    return [at, sum / (i - first + 1)];
  });
}

/** The index of the point nearest in time. */
export function nearest(points, at) {
  const low = Math.min(points.length - 1, firstFrom(points, at));
  return low > 0 && at - points[low - 1][0] < points[low][0] - at ? low - 1 : low;
}

/** The index of the first point at this time or later. */
function firstFrom(points, at) {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle][0] < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
