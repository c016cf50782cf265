// Throughput and latency of a job over time.

import { bytes, compact, millis, roundBytes } from "../core/format.js";
import { segmented } from "../ui/segmented.js";
import { LineChart } from "./line.js";

const UNITS = {
  rows: {
    series: "rows_per_second",
    format: (value) => (value === null ? "–" : `${compact(Math.round(value))} rows/s`),
    tick: compact,
    binary: false,
  },
  bytes: {
    series: "bytes_per_second",
    format: (value) => (value === null ? "–" : `${bytes(value)}/s`),
    tick: roundBytes,
    binary: true,
  },
};

export function throughputChart(watch, signal) {
  let unit = UNITS.rows;
  const choice = segmented("Unit", { rows: "Rows", bytes: "Bytes" }, "rows", (chosen) => {
    unit = UNITS[chosen];
    chart.format(unit);
    draw();
  });
  const chart = new LineChart(
    [{ tone: "first", filled: true }],
    {
      title: "Throughput",
      id: "chart-throughput",
      format: unit.format,
      height: 196,
      extra: choice,
    },
    signal,
  );
  const draw = () => chart.set([watch.series.points("job", unit.series)]);
  watch.on("series", draw, signal);
  draw();
  return chart;
}

/** Of the nodes at each moment the one that is slowest. */
export function latencyChart(watch, signal) {
  const lines = [
    { label: "p99", tone: "first" },
    { label: "p50", tone: "second" },
  ];
  const chart = new LineChart(
    lines,
    { title: "Latency, slowest node", id: "chart-latency", format: millis, height: 196 },
    signal,
  );
  const draw = () => chart.set([slowest(watch.series, "p99_ms"), slowest(watch.series, "p50_ms")]);
  watch.on("series", draw, signal);
  draw();
  return chart;
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
