// The tasks of a job: when each ran, how they are spread, and all of them as a table.

import { Gantt } from "../charts/gantt.js";
import { noOftener } from "../charts/canvas.js";
import { fill, h } from "../core/dom.js";
import { bytes, compact, count, duration } from "../core/format.js";
import { eventsOf } from "../state/events.js";
import { rateOf, secondsOf } from "../state/partition.js";
import { card } from "../ui/parts.js";
import { TaskTable } from "./task-table.js";

export function openTasks(host, watch, signal, { query }) {
  const table = new TaskTable(watch, signal, query);
  const gantt = new Gantt(watch.axis, signal, (partition) => table.select(partition));
  const timeline = card(null, gantt.element);
  const spread = h("div", {
    class: "table-scroll",
    tabindex: "0",
    role: "group",
    "aria-label": "Spread of the finished tasks",
  });
  const spreadCard = card("Finished tasks", spread);
  host.append(h("div", { class: "stack" }, timeline, spreadCard, table.element));
  const draw = () => {
    const tasks = [...watch.partitions.values()];
    const done = tasks.filter(({ status }) => status === "DONE");
    timeline.hidden = !tasks.some((each) => each.begunAt !== null);
    spreadCard.hidden = done.length < 2;
    if (!timeline.hidden) gantt.set(watch.partitions, watch.series, eventsOf(watch));
    if (!spreadCard.hidden) fill(spread, spreadTable(done));
  };
  const soon = noOftener(1000, draw, signal);
  for (const topic of ["partitions", "job", "series", "bottlenecks", "tuning"])
    watch.on(topic, soon, signal);
  draw();
}

/** Least, median, p95 and most of what the tasks differ in. */
function spreadTable(done) {
  const rows = [
    ["Rows", (each) => each.rows, count],
    ["Size", (each) => each.bytes, bytes],
    ["Duration", (each) => secondsOf(each, 0), duration],
    ["Rows/s", (each) => rateOf(each), (value) => compact(Math.round(value))],
  ].map(([name, valueOf, format]) => {
    const values = done.map(valueOf).sort((a, b) => a - b);
    const at = (part) =>
      format(values[Math.min(values.length - 1, Math.floor(values.length * part))]);
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, name),
      [at(0), at(0.5), at(0.95), at(1)].map((text) => h("td", { class: "num right" }, text)),
    );
  });
  const heads = ["Figure", "Least", "Median", "p95", "Most"];
  return h(
    "table",
    { class: "plain spread" },
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        heads.map((text, i) => h("th", { scope: "col", class: i ? "right" : null }, text)),
      ),
    ),
    h("tbody", {}, rows),
  );
}
