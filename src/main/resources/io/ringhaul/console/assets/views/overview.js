// The wheel, and throughput and latency beside it.

import { h } from "../core/dom.js";
import { go, jobAddress } from "../core/router.js";
import { Wheel } from "../charts/wheel.js";
import { latencyChart, throughputChart } from "../charts/job-charts.js";
import { card } from "../ui/parts.js";
import { currentBottleneck } from "./bottlenecks.js";

export function openOverview(host, watch, signal) {
  const open = (partition) => go(jobAddress(watch.id, "partitions", { q: partition.number }));
  const wheel = new Wheel(signal, open);
  const throughput = throughputChart(watch, signal);
  const latency = latencyChart(watch, signal);
  host.append(
    h(
      "div",
      { class: "overview" },
      h(
        "section",
        { class: "card wheel-card" },
        h("h2", { class: "sr-only" }, "Token ring"),
        wheel.element,
      ),
      h(
        "div",
        { class: "stack" },
        currentBottleneck(watch, signal),
        card(null, throughput.element),
        card(null, latency.element),
      ),
    ),
  );
  const everything = () => wheel.replace(watch.partitions);
  watch.on(
    "partitions",
    (changed) => (changed ? wheel.update(watch.partitions, changed) : everything()),
    signal,
  );
  watch.on("job", (job) => wheel.tell(job), signal);
  if (watch.loaded) everything();
  wheel.tell(watch.job);
}
