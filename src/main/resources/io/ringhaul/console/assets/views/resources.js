// What the job's process uses, and the bounds that it keeps.

import { LineChart } from "../charts/line.js";
import { get } from "../core/api.js";
import { fill, h } from "../core/dom.js";
import { bytes, compact, figure, heading, millis, percent, roundBytes } from "../core/format.js";
import { SeriesStore } from "../state/series.js";
import { bar, card, empty } from "../ui/parts.js";
import { poll } from "../ui/poll.js";

const POINTS = 50_000;
const rate = (value) => (value === null ? "–" : `${bytes(value)}/s`);
const share = (value) => percent(value, 0);
const CHARTS = [
  {
    title: "CPU, of all cores",
    lines: [["process", "cpu_share"]],
    format: percent,
    tick: share,
    top: 1,
  },
  {
    title: "Heap",
    lines: [
      ["heap", "used_bytes", "used"],
      ["heap", "max_bytes", "most"],
    ],
    format: bytes,
    tick: roundBytes,
    binary: true,
  },
  {
    title: "Collector, share of time",
    lines: [["gc", "share"]],
    format: percent,
    tick: share,
    top: 0.05,
  },
  { title: "Collector pauses", lines: [["gc", "pause_ms"]], format: millis, tick: compact },
  {
    title: "Disk, written",
    lines: [["disk", "written_bytes_per_second"]],
    format: rate,
    tick: roundBytes,
    binary: true,
  },
  {
    title: "Disk, free",
    lines: [["disk", "free_bytes"]],
    format: bytes,
    tick: roundBytes,
    binary: true,
  },
  {
    title: "Network",
    lines: [["network", "bytes_per_second"]],
    format: rate,
    tick: roundBytes,
    binary: true,
  },
  { title: "Threads", lines: [["process", "threads"]], format: figure, tick: compact },
];

export function openResources(host, watch, signal) {
  const store = new SeriesStore();
  const charts = CHARTS.map((each) => makeChart(each, signal));
  const place = h("div", { class: "chart-grid" });
  const bounds = h("div");
  host.append(h("div", { class: "stack" }, bounds, place));
  let newest = null;
  const take = (answer) => {
    if (newest === null) store.replace(answer);
    else
      for (const { component, name, points } of answer.series)
        points.forEach(([at, value]) => store.add(component, name, at, value));
    for (const { points } of answer.series) newest = Math.max(newest ?? 0, points.at(-1)?.[0] ?? 0);
    const drawn = charts.filter((each) => each.draw(store));
    if (!drawn.length)
      fill(
        place,
        empty(
          "Nothing measured yet",
          "CPU, memory, disk and network of the job's process appear here while it runs.",
        ),
      );
    else if (place.children.length !== drawn.length || !drawn[0].card.isConnected)
      fill(
        place,
        drawn.map((each) => each.card),
      );
  };
  poll(
    async () => {
      const since = newest ? new Date(newest + 1).toISOString() : null;
      const [usage, limits] = await Promise.all([
        get("resource-usage", { job: watch.id, since, limit: POINTS }, signal),
        get("resource-usage/constraints", { job: watch.id }, signal),
      ]);
      take(usage);
      fill(bounds, constraints(limits.constraints));
    },
    3000,
    signal,
  );
}

function makeChart({ title, lines, format, tick, top, binary }, signal) {
  const tones = ["first", "second"];
  const chart = new LineChart(
    lines.map(([, , label], i) => ({ label, tone: tones[i], filled: i === 0 })),
    { title, format, tick, top, binary, height: 120 },
    signal,
  );
  return {
    card: card(null, chart.element),
    draw: (store) => {
      const lists = lines.map(([component, name]) => store.points(component, name));
      chart.set(lists);
      return lists.some((each) => each.length > 0);
    },
  };
}

function constraints(list) {
  if (!list.length) return null;
  return card(
    "Bounds",
    h(
      "ul",
      { class: "bounds" },
      list.map((each) => {
        const known = each.usage !== null && each.limit;
        const used = known ? each.usage / each.limit : 0;
        return h(
          "li",
          {},
          h("span", { class: "bound-name" }, heading(each.name)),
          h("span", { class: "num" }, each.value),
          known ? bar(used, `${percent(used, 0)} used`, each.holding ? "holding" : "") : h("span"),
          h(
            "span",
            { class: `bound-state ${each.holding ? "holding" : ""}` },
            each.holding ? "Holds the job back" : known ? `${percent(used, 0)} used` : "Kept",
          ),
        );
      }),
    ),
  );
}
