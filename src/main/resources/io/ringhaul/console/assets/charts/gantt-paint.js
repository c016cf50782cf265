// Draws the lanes of the timeline; bars below a pixel are drawn once for each pixel.

import { clock } from "../core/format.js";
import { colour } from "../core/theme.js";
import { font } from "./canvas.js";
import { endOf, firstAfter } from "./gantt-lanes.js";
import { timeTicks } from "./scale.js";

const AXIS = 24;
const GUTTER = 76;

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

export function paintGantt(context, at, lanes, view, now, chosen) {
  const x = (time) => at.left + ((time - view.from) / (view.to - view.from)) * at.plot;
  paintGrid(context, at, lanes, view, x);
  const colours = {
    DONE: colour("--ramp-middle"),
    FAILED: colour("--failed"),
    RUNNING: colour("--running"),
    PENDING: colour("--line-strong"),
  };
  context.save();
  context.beginPath();
  context.rect(at.left, 0, at.plot, at.height);
  context.clip();
  lanes.forEach((lane, row) => paintLane(context, at, lane, row, view, now, x, colours));
  if (chosen) markTask(context, at, chosen, x, now);
  context.restore();
}

function paintLane(context, at, { tasks }, row, view, now, x, colours) {
  const [top, height] = [row * at.lane + 2, at.lane - 4];
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
    context.fillStyle = colours[task.status] ?? colours.DONE;
    context.fillRect(left, top, task.status === "FAILED" ? Math.max(1.5, width) : width, height);
    painted = right;
  }
}

function paintGrid(context, at, lanes, view, x) {
  context.font = font(11);
  context.textBaseline = "middle";
  context.strokeStyle = colour("--line");
  context.lineWidth = 1;
  context.beginPath();
  for (const time of timeTicks(view.from, view.to, Math.max(2, Math.floor(at.plot / 110)))) {
    const place = Math.round(x(time)) + 0.5;
    context.moveTo(place, 0);
    context.lineTo(place, at.bottom);
    context.fillStyle = colour("--faint");
    context.textAlign = "center";
    context.fillText(
      clock(time),
      Math.min(at.width - 26, Math.max(at.left + 26, place)),
      at.bottom + 13,
    );
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
