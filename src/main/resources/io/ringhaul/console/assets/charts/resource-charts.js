// What the job's process and its machine use, as charts.

import { bytes, compact, figure, millis, percent, roundBytes } from "../core/format.js";
import { card } from "../ui/parts.js";
import { LineChart } from "./line.js";

const rate = (value) => (value === null ? "–" : `${bytes(value)}/s`);
const share = (value) => percent(value, 0);
const bytesRate = (value) => `${roundBytes(value)}/s`;
const CHARTS = [
  {
    title: "CPU (all cores)",
    lines: [["process", "cpu_share"]],
    format: percent,
    tick: share,
    top: 1,
  },
  {
    title: "Heap",
    lines: [
      ["heap", "used_bytes", "used"],
      ["heap", "max_bytes", "max"],
    ],
    format: bytes,
    tick: roundBytes,
    binary: true,
  },
  {
    title: "GC time",
    lines: [["gc", "share"]],
    format: percent,
    tick: share,
    top: 0.05,
  },
  {
    title: "GC pauses",
    lines: [["gc", "pause_ms"]],
    format: millis,
    tick: compact,
    unitTick: (value) => `${compact(value)} ms`,
  },
  {
    title: "Disk writes",
    lines: [["disk", "written_bytes_per_second"]],
    format: rate,
    tick: roundBytes,
    unitTick: bytesRate,
    binary: true,
  },
  {
    title: "Network",
    lines: [["network", "bytes_per_second"]],
    format: rate,
    tick: roundBytes,
    unitTick: bytesRate,
    binary: true,
  },
  { title: "Threads", lines: [["process", "threads"]], format: figure, tick: compact },
];

/** The charts, each with its card and a function that takes a store of series. */
export function resourceCharts(axis, signal) {
  return CHARTS.map((each) => makeChart(each, axis, signal));
}

function makeChart({ title, lines, ...options }, axis, signal) {
  const tones = ["first", "second"];
  const chart = new LineChart(
    lines.map(([, , label], i) => ({ label, tone: tones[i], filled: i === 0 })),
    { title, height: 120, ...options },
    axis,
    signal,
  );
  return {
    chart,
    card: card(null, chart.element),
    draw: (store) => {
      const lists = lines.map(([component, name]) => store.points(component, name));
      chart.set(lists);
      return lists.some((each) => each.length > 0);
    },
  };
}
