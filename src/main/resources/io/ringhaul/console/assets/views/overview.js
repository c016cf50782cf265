// How the job stands: its result or its error, the ring or the files, throughput and latency.

import { h, keep } from "../core/dom.js";
import { go, jobAddress } from "../core/router.js";
import { FileBar } from "../charts/file-bar.js";
import { latencyChart, throughputChart } from "../charts/job-charts.js";
import { Wheel } from "../charts/wheel.js";
import { isActive } from "../state/job-state.js";
import { card, empty } from "../ui/parts.js";
import { currentBottleneck } from "./bottlenecks.js";
import { failureCard, interruptedCard, resultCard } from "./outcome.js";

export function openOverview(host, watch, signal) {
  const open = (partition) => go(jobAddress(watch.id, "tasks", { q: partition.number }));
  const charts = h(
    "div",
    { class: "stack" },
    currentBottleneck(watch, signal),
    card(null, throughputChart(watch, signal).element),
    card(null, latencyChart(watch, signal).element),
  );
  const place = h("div", { class: "outcome" });
  const layout = h("div");
  const hasRing = () => [...watch.partitions.values()].some((each) => each.tokens?.length);
  let picture = null;
  let shape = null;
  const draw = () => {
    const { job, partitions } = watch;
    const known = hasRing() ? "ring" : "files";
    const early = `${job.figures.partitions > 0} ${isActive(job)} ${job.status === "PENDING"} ${watch.loaded}`;
    const wanted = partitions.size ? known : early;
    if (wanted !== shape) {
      shape = wanted;
      picture = build(wanted);
      keep(layout, picture.nodes);
    }
    picture.tell(job);
    keep(place, outcome(watch));
  };
  const build = (wanted) => {
    if (!watch.partitions.size) return nothingYet(watch, charts);
    if (wanted === "files") {
      const bar = new FileBar(signal, open);
      bar.set(watch.partitions);
      return {
        nodes: [h("div", { class: "stack" }, card("Files", bar.element), charts)],
        update: () => bar.set(watch.partitions),
        tell: (job) => bar.tell(job),
      };
    }
    const wheel = new Wheel(signal, open);
    wheel.replace(watch.partitions);
    const ring = h(
      "section",
      { class: "card wheel-card" },
      h("h2", { class: "sr-only" }, "Token ring"),
      wheel.element,
    );
    return {
      nodes: [h("div", { class: "overview" }, ring, charts)],
      update: (changed) =>
        changed ? wheel.update(watch.partitions, changed) : wheel.replace(watch.partitions),
      tell: (job) => wheel.tell(job),
    };
  };
  host.append(place, layout);
  watch.on(
    "partitions",
    (changed) => {
      const before = picture;
      draw();
      if (picture === before) picture.update(changed);
    },
    signal,
  );
  watch.on("job", draw, signal);
  draw();
}

/** Before there are tasks: what the job does, or nothing where it ended before it had any. */
function nothingYet(watch, charts) {
  const { job } = watch;
  const planning = isActive(job) || job.status === "PENDING";
  if (job.figures.partitions && !watch.loaded)
    return { nodes: [empty("Loading the tasks …")], update: () => {}, tell: () => {} };
  const title = job.status === "PENDING" ? "Not started yet" : "Planning the tasks …";
  return {
    nodes: planning
      ? [empty(title, "The ring appears here once the tasks are planned."), charts]
      : [],
    update: () => {},
    tell: () => {},
  };
}

const cards = new WeakMap();

/** The card above the charts; one that shows the same stays as it is. */
function outcome(watch) {
  const { job } = watch;
  const make = failureCard(job) ?? interruptedCard(job) ?? resultCard(job);
  if (!make) return [];
  const look = JSON.stringify(make.look);
  const known = cards.get(watch);
  if (known?.look !== look) cards.set(watch, { look, node: make.draw(watch) });
  return [cards.get(watch).node];
}
