// Draws the lanes of the timeline; bars below a pixel are drawn once for each pixel.

import { axisTime } from "../core/format.js";
import { colour } from "../core/theme.js";
import { font } from "./canvas.js";
import { endOf, firstAfter } from "./gantt-lanes.js";
import { timeTicks } from "./scale.js";

const AXIS = 24;
const GUTTER = 76;
/** Narrower bars have the colour of what took most of the time. */
const DIVIDED = 6;

/** Sizes for so many lanes in so much room. */
export function ganttLayout(width, lanes) {
  const lane = lanes <= 12 ? 24 : lanes <= 32 ? 17 : 11;
  const left = width < 520 ? 0 : GUTTER;
  return {
    width,
    left,
    lane,
    height: lanes * lane + AXIS,
    plot: width - left,
    bottom: lanes * lane,
  };
}

/**
 * `lanes` with their tasks over the span `view`; `partsOf` gives the colours of a task with their
 * shares, `events` what happened meanwhile, `cursor` a moment or null.
 */
export function paintGantt(context, at, { lanes, view, now, chosen, partsOf, events, cursor }) {
  const x = (time) => at.left + ((time - view.from) / (view.to - view.from)) * at.plot;
  paintGrid(context, at, lanes, view, x);
  context.save();
  context.beginPath();
  context.rect(at.left, 0, at.plot, at.height);
  context.clip();
  paintBands(context, at, events, x);
  lanes.forEach((lane, row) => paintLane(context, at, lane, row, view, now, x, partsOf));
  paintMoments(context, at, events, x);
  if (cursor !== null) line(context, x(cursor), at.bottom, "--ink");
  if (chosen) markTask(context, at, chosen, x, now);
  context.restore();
}

function paintLane(context, at, { tasks }, row, view, now, x, partsOf) {
  const [top, height] = [row * at.lane + 3, at.lane - 6];
  let painted = -1;
  for (
    let i = firstAfter(tasks, view.from, now);
    i < tasks.length && tasks[i].begunAt < view.to;
    i++
  ) {
    const task = tasks[i];
    const [left, right] = [x(task.begunAt), x(endOf(task, now))];
    // Where many bars share a pixel one of them is enough, but a failed one is always seen.
    if (right < painted + 0.5 && task.status !== "FAILED") continue;
    const width = right - left > 3 ? right - left - 1 : Math.max(0.7, right - left);
    paintBar(
      context,
      partsOf(task),
      left,
      top,
      task.status === "FAILED" ? Math.max(1.5, width) : width,
      height,
    );
    painted = right;
  }
}

function paintBar(context, parts, left, top, width, height) {
  if (width < DIVIDED) {
    context.fillStyle = parts.reduce((a, b) => (b.share > a.share ? b : a)).colour;
    context.fillRect(left, top, width, height);
    return;
  }
  let from = left;
  for (const { colour: tone, share } of parts) {
    context.fillStyle = tone;
    context.fillRect(from, top, width * share, height);
    from += width * share;
  }
}

/** What lasted, such as a pause or a stall, is a band behind the bars. */
function paintBands(context, at, events, x) {
  context.globalAlpha = 0.16;
  for (const { at: from, until, kind } of events) {
    if (until === undefined) continue;
    context.fillStyle = colour(kind === "pause" ? "--faint" : "--warn");
    context.fillRect(x(from), 0, Math.max(2, x(until) - x(from)), at.bottom);
  }
  context.globalAlpha = 1;
}

function paintMoments(context, at, events, x) {
  for (const { at: moment, until, kind } of events) {
    if (until !== undefined) continue;
    line(context, x(moment), at.bottom, kind === "resume" ? "--muted" : "--accent");
  }
}

function line(context, place, height, tone) {
  context.strokeStyle = colour(tone);
  context.lineWidth = 1;
  context.setLineDash([2, 3]);
  context.beginPath();
  context.moveTo(place, 0);
  context.lineTo(place, height);
  context.stroke();
  context.setLineDash([]);
}

function paintGrid(context, at, lanes, view, x) {
  context.font = font(11);
  context.textBaseline = "middle";
  context.strokeStyle = colour("--line");
  context.lineWidth = 1;
  context.beginPath();
  let before = null;
  for (const time of timeTicks(view.from, view.to, Math.max(2, Math.floor(at.plot / 110)))) {
    const place = Math.round(x(time)) + 0.5;
    context.moveTo(place, 0);
    context.lineTo(place, at.bottom);
    context.fillStyle = colour("--faint");
    context.textAlign = "center";
    context.fillText(
      axisTime(time, before),
      Math.min(at.width - 32, Math.max(at.left + 32, place)),
      at.bottom + 13,
    );
    before = time;
  }
  context.stroke();
  if (!at.left) return;
  context.textAlign = "left";
  context.fillStyle = colour("--muted");
  lanes.forEach((lane, row) => {
    if (at.lane >= 15 || row % 2 === 0) context.fillText(lane.name, 0, row * at.lane + at.lane / 2);
  });
}

function markTask(context, at, { task, row }, x, now) {
  const left = x(task.begunAt);
  const width = Math.max(3, x(endOf(task, now)) - left);
  context.strokeStyle = colour("--ink");
  context.lineWidth = 2;
  context.strokeRect(left - 1, row * at.lane + 1, width + 1, at.lane - 2);
}
