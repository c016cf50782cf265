// Throughput and latency of a job over time.

import { bytes, compact, count, millis, roundBytes } from "../core/format.js";
import { eventsOf } from "../state/events.js";
import { isActive } from "../state/job-state.js";
import { segmented } from "../ui/segmented.js";
import { LineChart } from "./line.js";

const UNITS = {
  rows: {
    series: "rows_per_second",
    format: (value) => (value === null ? "–" : `${compact(Math.round(value))} rows/s`),
    tick: compact,
    unitTick: (value) => `${compact(value)}/s`,
    binary: false,
    setting: "maxRowsPerSecond",
    limitLabel: (value) => `limit ${count(value)} rows/s`,
  },
  bytes: {
    series: "bytes_per_second",
    format: (value) => (value === null ? "–" : `${bytes(value)}/s`),
    tick: roundBytes,
    unitTick: (value) => `${roundBytes(value)}/s`,
    binary: true,
    setting: "maxBytesPerSecond",
    limitLabel: (value) => `limit ${bytes(value)}/s`,
  },
};
const HEIGHT = 170;

export function throughputChart(watch, signal) {
  let unit = UNITS.rows;
  const choice = segmented("Unit", { rows: "Rows", bytes: "Bytes" }, "rows", (chosen) => {
    unit = UNITS[chosen];
    chart.change(unit);
    draw();
  });
  const chart = new LineChart(
    [{ tone: "first", filled: true, smooth: true }],
    {
      title: "Throughput",
      id: "chart-throughput",
      format: unit.format,
      tick: unit.tick,
      unitTick: unit.unitTick,
      height: HEIGHT,
      extra: choice,
      nothing: () => nothingText(watch),
      over: () => hasEnded(watch),
      limit: () => limitOf(watch, unit),
    },
    watch.axis,
    signal,
  );
  const draw = () => chart.set([watch.series.points("job", unit.series)]);
  watch.on("series", draw, signal);
  markEvents(chart, watch, signal);
  draw();
  return chart;
}

/** What a chart says that has no measurements. */
function nothingText(watch) {
  if (!watch.measured) return "Loading …";
  return watch.job && isActive(watch.job) ? "No measurements yet" : "No measurements";
}

/** Whether no measurement will follow those that are loaded. */
function hasEnded({ job, measured }) {
  return Boolean(job) && measured && !isActive(job);
}

/** The rate limit as it is now, was at last, or as the job was created with it. */
function limitOf({ job, tuning }, { setting, limitLabel }) {
  const [changed] = tuning
    .filter(({ parameter, state }) => parameter === setting && state === "APPLIED")
    .sort((a, b) => b.time.localeCompare(a.time));
  const value = Number(job?.live?.settings?.[setting] ?? changed?.new ?? job?.settings?.[setting]);
  return value > 0 ? { value, label: limitLabel(value) } : null;
}

/** Of the nodes at each moment the one that is slowest. */
export function latencyChart(watch, signal) {
  const choice = segmented("Scale", { log: "Log", linear: "Linear" }, "log", (chosen) =>
    chart.change({ log: chosen === "log" }),
  );
  const chart = new LineChart(
    [
      { label: "p99", tone: "first" },
      { label: "p50", tone: "second" },
    ],
    {
      title: "Latency, slowest node",
      id: "chart-latency",
      format: millis,
      unitTick: (value) => `${compact(value)} ms`,
      height: HEIGHT,
      log: true,
      extra: choice,
      nothing: () => nothingText(watch),
      over: () => hasEnded(watch),
    },
    watch.axis,
    signal,
  );
  const draw = () => chart.set([slowest(watch.series, "p99_ms"), slowest(watch.series, "p50_ms")]);
  watch.on("series", draw, signal);
  markEvents(chart, watch, signal);
  draw();
  return chart;
}

/** Keeps the events of the job marked in a chart. */
export function markEvents(chart, watch, signal) {
  const mark = () => chart.mark(eventsOf(watch));
  for (const topic of ["bottlenecks", "tuning", "series"]) watch.on(topic, mark, signal);
  mark();
}

function slowest(series, name) {
  const most = new Map();
  for (const component of series.components("node:", name)) {
    for (const [at, value] of series.points(component, name)) {
      if (!(most.get(at) >= value)) most.set(at, value);
    }
  }
  return [...most].sort((a, b) => a[0] - b[0]);
}
