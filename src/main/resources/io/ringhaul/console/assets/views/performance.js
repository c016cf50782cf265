// Why the job is as fast as it is: the stages, latency by node and the machine, on one time axis.

import { get } from "../core/api.js";
import { fill, h, keep, say } from "../core/dom.js";
import {
  bytes,
  count,
  duration,
  heading,
  measure,
  millis,
  nodeName,
  percent,
} from "../core/format.js";
import { HeatMap } from "../charts/heat.js";
import { latencyChart, markEvents, throughputChart } from "../charts/job-charts.js";
import { resourceCharts } from "../charts/resource-charts.js";
import { StageBar } from "../charts/stage-bar.js";
import { isActive, limitSentence } from "../state/job-state.js";
import { SeriesStore } from "../state/series.js";
import { inOrder } from "../state/work-mix.js";
import { bar, card, empty } from "../ui/parts.js";
import { poll } from "../ui/poll.js";

const POINTS = 50_000;
const HINT = "Drag over a chart to zoom all of them, double-click to see everything again.";

export function openPerformance(host, watch, signal) {
  host.append(
    h(
      "div",
      { class: "stack" },
      stages(watch, signal),
      h("p", { class: "muted hint-line" }, HINT),
      h(
        "div",
        { class: "chart-grid pair" },
        card(null, throughputChart(watch, signal).element),
        card(null, latencyChart(watch, signal).element),
      ),
      latency(watch, signal),
      resources(watch, signal),
    ),
  );
}

/** Live while the job runs, else from its summary. */
function stages(watch, signal) {
  const graph = new StageBar(signal);
  const lead = h("p", { class: "lead" });
  const section = card("Where the time goes", lead, graph.element);
  let summary = [];
  const draw = () => {
    const measured = watch.job?.live?.stages?.length ? watch.job.live.stages : summary;
    const all = inOrder(measured.filter(({ seconds }) => seconds > 0));
    section.hidden = !all.length;
    if (!all.length) return;
    const time = all.reduce((sum, { seconds }) => sum + seconds, 0);
    const limit = limitSentence(watch.job);
    say(lead, `${limit ? `${limit} ` : ""}${duration(time)} of worker time, all workers together.`);
    graph.set(all, watch.series);
  };
  watch.on("job", draw, signal);
  watch.on("series", draw, signal);
  let settled = false;
  poll(
    async () => {
      const active = !watch.job || isActive(watch.job);
      if (settled && !active) return;
      const answer = await get("performance-metrics/summary", { job: watch.id }, signal);
      summary = answer.stages;
      settled = !active;
      draw();
    },
    10_000,
    signal,
  );
  draw();
  return section;
}

/** p99 by node as a map over time, and the nodes as they are now. */
function latency(watch, signal) {
  const heat = new HeatMap(watch.axis, signal);
  const nodes = h("div", {
    class: "table-scroll",
    tabindex: "0",
    role: "group",
    "aria-label": "Nodes",
  });
  const section = card("p99 latency by node", heat.element, nodes);
  const draw = () => {
    const rows = watch.series
      .components("node:", "p99_ms")
      .map((component) => ({
        name: nodeName(component.slice("node:".length)),
        points: watch.series.points(component, "p99_ms"),
      }))
      .filter(({ points }) => points.length);
    section.hidden = !rows.length;
    heat.set(rows);
  };
  const drawNodes = () => {
    const live = watch.job?.live?.nodes ?? [];
    nodes.hidden = !live.length;
    if (live.length) fill(nodes, nodeTable(live));
  };
  watch.on("series", draw, signal);
  watch.on("job", drawNodes, signal);
  draw();
  drawNodes();
  return section;
}

function nodeTable(nodes) {
  const heads = ["Node now", "p50", "p99", "Requests/s", "In flight"];
  const rows = nodes.map((each) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, each.node),
      [
        millis(each.p50Millis),
        millis(each.p99Millis),
        count(each.requestsPerSecond === null ? null : Math.round(each.requestsPerSecond)),
        count(each.inFlight),
      ].map((text) => h("td", { class: "num right" }, text)),
    ),
  );
  return h(
    "table",
    { class: "plain" },
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        heads.map((each, i) => h("th", { scope: "col", class: i ? "right" : null }, each)),
      ),
    ),
    h("tbody", {}, rows),
  );
}

/** What the process and its machine use, and the limits that were set for it. */
function resources(watch, signal) {
  const store = new SeriesStore();
  const charts = resourceCharts(watch.axis, signal);
  for (const { chart } of charts) markEvents(chart, watch, signal);
  const grid = h("div", { class: "chart-grid" });
  const limits = h("div");
  const free = h("span", { class: "muted num" });
  let newest = null;
  let started = watch.job?.started;
  const take = (answer) => {
    if (newest === null) store.replace(answer);
    else
      for (const { component, name, points } of answer.series)
        points.forEach(([at, value]) => store.add(component, name, at, value));
    for (const { points } of answer.series) newest = Math.max(newest ?? 0, points.at(-1)?.[0] ?? 0);
    const drawn = charts.filter((each) => each.draw(store)).map((each) => each.card);
    const space = store.points("disk", "free_bytes").at(-1);
    say(free, space ? `${bytes(space[1])} free on disk` : "");
    const text = "CPU, memory, disk and network of the job's process appear here while it runs.";
    if (drawn.length) keep(grid, drawn);
    else fill(grid, empty("No measurements of the machine", text));
  };
  poll(
    async () => {
      if (watch.job?.started !== started) {
        // The job was started over.
        started = watch.job?.started;
        newest = null;
        store.clear();
      }
      const since = newest ? new Date(newest + 1).toISOString() : null;
      const [usage, bounds] = await Promise.all([
        get("resource-usage", { job: watch.id, since, limit: POINTS }, signal),
        get("resource-usage/constraints", { job: watch.id }, signal),
      ]);
      if (watch.job?.started !== started) return;
      take(usage);
      fill(limits, limitsCard(bounds.constraints));
    },
    3000,
    signal,
  );
  return h(
    "div",
    { class: "stack" },
    limits,
    h("div", { class: "section-head" }, h("h2", {}, "Process and machine"), free),
    grid,
  );
}

function limitsCard(list) {
  if (!list.length) return null;
  return card(
    "Limits",
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
          h(
            "span",
            { class: "num" },
            each.limit === null || each.limit === undefined
              ? each.value
              : measure(each.name, each.limit),
          ),
          known ? bar(used, `${percent(used, 0)} used`, each.holding ? "holding" : "") : h("span"),
          h(
            "span",
            { class: `bound-state ${each.holding ? "holding" : ""}` },
            each.holding ? "limiting" : known ? `${percent(used, 0)} used` : "",
          ),
        );
      }),
    ),
  );
}
