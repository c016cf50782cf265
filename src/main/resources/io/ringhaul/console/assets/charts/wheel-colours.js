// The wheel's colours: by state, or what finished tasks differ in.

import { count, duration, nodeName } from "../core/format.js";
import { h } from "../core/dom.js";
import { colour } from "../core/theme.js";
import { secondsOf } from "../state/partition.js";
import { ramp, STEPS } from "./ramp.js";

const CATEGORIES = 8;

export const MODES = { state: "State", rows: "Rows", time: "Time", replica: "Replica" };

/**
 * A function from a finished task to its colour, and the legend that explains it. `covered` has the
 * share of the ring of each task.
 */
export function colouring(mode, partitions, covered) {
  if (mode === "rows") return byRows(partitions, covered);
  if (mode === "time")
    return byValue(
      partitions,
      (each) => secondsOf(each, 0),
      (value) => duration(value),
    );
  if (mode === "replica") return byReplica(partitions);
  const done = colour("--done");
  return { of: () => done, legend: [] };
}

/** Rows of a range for its share of the ring, compared with the mean: shows skew. */
function byRows(partitions, covered) {
  const done = [...partitions.values()].filter(({ status }) => status === "DONE");
  const rows = done.reduce((sum, each) => sum + each.rows, 0);
  const share = done.reduce((sum, { number }) => sum + (covered.get(number) ?? 0), 0);
  const density = (each) => each.rows / (covered.get(each.number) || 1) / (rows / share || 1);
  const label = (value) => `${value < 10 ? value.toFixed(1) : Math.round(value)}×`;
  return byValue(partitions, density, label, "the mean rows per range");
}

/** A logarithmic ramp over the values of finished tasks. */
function byValue(partitions, valueOf, label, unit) {
  const values = [...partitions.values()]
    .filter(({ status }) => status === "DONE")
    .map(valueOf)
    .filter((value) => value > 0)
    .sort((a, b) => a - b);
  if (!values.length) return { of: () => colour("--done"), legend: [] };
  const low = values[Math.floor(values.length * 0.03)];
  const high = Math.max(low * 1.5, values[values.length - 1]);
  const step = (value) =>
    (Math.log(Math.max(low, value) / low) / Math.log(high / low)) * (STEPS - 1);
  return {
    of: (partition) => {
      const value = valueOf(partition);
      return ramp(value > 0 ? Math.round(Math.min(STEPS - 1, step(value))) : 0);
    },
    legend: [
      h("span", { class: "num" }, label(low)),
      h("i", { class: "ramp", "aria-hidden": "true" }),
      h("span", { class: "num" }, [label(high), unit].filter(Boolean).join(" ")),
    ],
  };
}

function byReplica(partitions) {
  const colours = replicaColours(partitions);
  return {
    of: (partition) => colours.get(partition.replica) ?? colour("--done"),
    legend: replicaKeys(colours),
  };
}

/** The replicas that tasks were read from, in order, each with its colour. */
export function replicaColours(partitions) {
  const replicas = new Set([...partitions.values()].map((each) => each.replica).filter(Boolean));
  return new Map([...replicas].sort().map((each, i) => [each, category(i)]));
}

/** The keys of a legend for these colours. */
export function replicaKeys(colours) {
  const named = [...colours].slice(0, CATEGORIES).map(([replica, tone]) => {
    const swatch = h("i", { class: "swatch", "aria-hidden": "true" });
    swatch.style.background = tone;
    return h("span", { class: "key" }, swatch, nodeName(replica));
  });
  const more = colours.size - CATEGORIES;
  return more > 0 ? [named, h("span", {}, `and ${more} more`)] : named;
}

/** The keys of the states of tasks; `standing` is the word for running ones that stand still. */
export function stateKeys(counts, mode, standing) {
  const states = [
    ["done", "Done", mode === "state" ? counts.DONE : 0],
    [standing ? "paused" : "running", standing ?? "Running", counts.RUNNING],
    ["pending", "Waiting", counts.PENDING],
    ["failed", "Failed", counts.FAILED],
  ];
  return states
    .filter(([, , n]) => n)
    .map(([tone, word, n]) =>
      h(
        "span",
        { class: "key" },
        h("i", { class: `swatch ${tone}`, "aria-hidden": "true" }),
        `${word} ${count(n)}`,
      ),
    );
}

function category(index) {
  if (index < CATEGORIES) return colour(`--category-${index + 1}`);
  return `hsl(${Math.round((index * 137.5) % 360)} 45% 52%)`;
}
