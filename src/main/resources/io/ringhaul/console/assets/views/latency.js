import { HeatMap } from "../charts/heat.js";
import { latencyChart } from "../charts/job-charts.js";
import { fill, h } from "../core/dom.js";
import { count, millis } from "../core/format.js";
import { card, empty } from "../ui/parts.js";

/** Latency by node: over time as a map, and as it is now. */
export function openLatency(host, watch, signal) {
  const heat = new HeatMap(signal);
  const chart = latencyChart(watch, signal);
  const nodes = h("div", { class: "table-scroll" });
  const now = card("Nodes now", nodes);
  const box = h(
    "div",
    { class: "stack" },
    card("p99 by node and time", heat.element),
    card(null, chart.element),
    now,
  );
  const draw = () => {
    const rows = watch.series
      .components("node:", "p99_ms")
      .map((component) => ({
        name: component.slice("node:".length).replace(/:9042$/, ""),
        points: watch.series.points(component, "p99_ms"),
      }))
      .filter(({ points }) => points.length);
    if (!rows.length) {
      fill(
        host,
        empty("No latency measured yet", "Each node's p99 appears here while the job asks it."),
      );
      return;
    }
    if (!box.isConnected) fill(host, box);
    heat.set(rows);
  };
  const drawNodes = () => {
    const live = watch.job?.live?.nodes ?? [];
    now.hidden = !live.length;
    fill(nodes, nodeTable(live));
  };
  watch.on("series", draw, signal);
  watch.on("job", drawNodes, signal);
  draw();
  drawNodes();
}

function nodeTable(nodes) {
  const heads = ["Node", "p50", "p99", "Requests/s", "In flight"];
  const rows = nodes.map((each) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, each.node),
      [
        millis(each.p50Millis),
        millis(each.p99Millis),
        count(Math.round(each.requestsPerSecond ?? 0)),
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
