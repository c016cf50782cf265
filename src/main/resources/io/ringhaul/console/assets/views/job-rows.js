// The rows of the list of jobs.

import { fill, h, svg } from "../core/dom.js";
import { NONE, ago, count, duration, progress, shortId, stamp } from "../core/format.js";
import { jobAddress } from "../core/router.js";
import { nameOf } from "../state/job-list.js";
import {
  healthOf,
  healthSentence,
  isActive,
  limitSentence,
  rate,
  secondsRun,
  share,
  standsStill,
  tableOf,
  timeLeft,
} from "../state/job-state.js";
import { badge, bar, labels, pathLine } from "../ui/parts.js";

/** The heads of the columns: of jobs that run or need attention, or of those that have ended. */
export function headsOf(pinned) {
  return [
    ["Job"],
    ["State"],
    ["Target"],
    [pinned ? "Progress" : "Last runs"],
    ["Rows/s", "right"],
    [pinned ? "Time left" : "Duration", "right"],
    ["Bottleneck"],
    ["Started", "right"],
  ];
}

/** What of a job and its history a row shows: it is drawn again where this has changed. */
export function lookOf(job, history, more, open) {
  const { live } = job;
  return JSON.stringify([
    job.name,
    job.status,
    job.alive,
    job.figures,
    job.subject,
    job.error,
    job.result,
    live,
    history,
    more,
    open,
    Math.floor(Date.now() / (isActive(job) ? 1000 : 60_000)),
  ]);
}

/** Pinned jobs tell the time left. `more` is the number of older runs of its name, `toggle` shows or hides them. */
export function jobRow(
  job,
  history,
  { pinned = false, more = 0, open = false, toggle, older = false } = {},
) {
  const row = h("tr", {
    "data-testid": "job-row",
    "data-job": job.id,
    class: older ? "older" : null,
  });
  const now = Date.now();
  const { format, location } = job.subject ?? {};
  const name = nameOf(job);
  const table = tableOf(job);
  fill(
    row,
    h(
      "td",
      { class: "job-name" },
      h("a", { href: jobAddress(job.id) }, table ?? name),
      h(
        "span",
        { class: "muted", title: job.id },
        [table && name !== table ? name : null, job.kind.toLowerCase(), shortId(job.id)]
          .filter(Boolean)
          .join(" · "),
        labels(job.labels),
        more
          ? h(
              "button",
              {
                class: "link",
                type: "button",
                "aria-expanded": String(open),
                on: { click: toggle },
              },
              open ? "hide older runs" : `${count(more)} older ${more === 1 ? "run" : "runs"}`,
            )
          : null,
      ),
    ),
    h("td", { class: "job-state" }, badge(job)),
    h(
      "td",
      { class: "job-target", title: [format, location].filter(Boolean).join(" ") || null },
      format ? h("span", { class: "muted" }, `${format} `) : null,
      location ? pathLine(location) : format ? null : NONE,
    ),
    h("td", { class: "job-progress" }, progressOf(job, history)),
    figureCell("job-rate", count(rate(job, now))),
    figureCell("job-left", leftOrDuration(job, pinned, now)),
    h("td", { class: "job-limit" }, note(job)),
    h("td", { class: "num right job-began", title: stamp(job.started) }, ago(job.started, now)),
  );
  return row;
}

/** A job that stands still says so in its state. */
function leftOrDuration(job, pinned, now) {
  if (!isActive(job)) return pinned ? NONE : duration(secondsRun(job, now));
  return standsStill(job) ? NONE : timeLeft(job);
}

/** A phone leaves out what is unknown. */
function figureCell(name, text) {
  return h("td", { class: `num right ${name} ${text === NONE ? "unknown" : ""}` }, text);
}

/** Completed jobs show the durations of their last runs instead of a full bar. */
function progressOf(job, history) {
  if (job.status === "COMPLETED" && history) return historyBars(history);
  if (!job.figures.partitions && !job.live) return h("span", { class: "muted" }, "–");
  const done = share(job);
  const text = `${progress(done)}, ${count(job.figures.done)} of ${count(job.figures.partitions)} tasks`;
  return [
    bar(done, text),
    h("span", { class: "num" }, progress(done)),
    job.figures.failed
      ? h("span", { class: "failed-count num" }, `${count(job.figures.failed)} failed`)
      : null,
  ];
}

function historyBars({ runs, change }) {
  if (runs.length < 2) return h("span", { class: "muted" }, "first run");
  const most = Math.max(...runs.map(({ seconds }) => seconds), 0.001);
  const bars = runs.map(({ seconds, status }, i) => {
    const height = Math.max(2, (seconds / most) * 18);
    return svg(
      "rect",
      { x: i * 7, y: 18 - height, width: 5, height, class: status },
      svg("title", {}, duration(seconds)),
    );
  });
  const list = runs.map(({ seconds }) => duration(seconds)).join(", ");
  const words =
    change === null || Math.abs(change) < 0.1
      ? null
      : `${Math.round(Math.abs(change) * 100)} % ${change > 0 ? "slower" : "faster"} than usual`;
  return [
    svg(
      "svg",
      {
        class: "runs",
        width: runs.length * 7,
        height: 18,
        role: "img",
        "aria-label": `Durations of the last runs: ${list}`,
      },
      bars,
    ),
    words ? h("span", { class: "muted num" }, words) : null,
  ];
}

/** The bottleneck or the limit; the error of a failed job. */
function note(job) {
  const health = healthOf(job);
  const tone =
    job.status === "FAILED" || health === "failing"
      ? "bad"
      : health === "slowed" || health === "stalled"
        ? "warning"
        : "muted";
  const text =
    job.status === "FAILED"
      ? job.error
      : (health && health !== "running_well" ? healthSentence(job) : "") ||
        limitSentence(job)
          .replace(/^Limited by /, "")
          .replace(/\.$/, "") ||
        (job.status === "COMPLETED" ? "" : healthSentence(job));
  return h("span", { class: `clip ${tone}`, title: text }, text || NONE);
}
