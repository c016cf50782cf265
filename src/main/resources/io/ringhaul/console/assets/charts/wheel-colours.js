// The wheel's colours: by state, and for finished partitions by rate or by replica.

import { compact } from "../core/format.js";
import { h } from "../core/dom.js";
import { colour } from "../core/theme.js";
import { rateOf } from "../state/partition.js";
import { ramp, STEPS } from "./ramp.js";

const CATEGORIES = 8;

/** A function from a partition to the name of its colour, and the legend that explains it. */
export function colouring(mode, partitions) {
  return mode === "replica" ? byReplica(partitions) : byRate(partitions);
}

function byRate(partitions) {
  const rates = [];
  for (const each of partitions.values()) {
    const rate = rateOf(each);
    if (rate !== null) rates.push(rate);
  }
  rates.sort((a, b) => a - b);
  // Few outliers must not push all others into one shade.
  const low = Math.max(1, rates[Math.floor(rates.length * 0.03)] ?? 1);
  const high = Math.max(low * 1.2, rates[Math.floor(rates.length * 0.97)] ?? 1);
  const step = (rate) =>
    Math.round((Math.log(Math.max(1, rate) / low) / Math.log(high / low)) * (STEPS - 1));
  return {
    of: (partition) => {
      const rate = rateOf(partition);
      return rate === null ? ramp(STEPS >> 1) : ramp(Math.max(0, Math.min(STEPS - 1, step(rate))));
    },
    legend: rates.length
      ? [
          h("span", { class: "num" }, compact(Math.round(low))),
          h("i", { class: "ramp", "aria-hidden": "true" }),
          h("span", { class: "num" }, `${compact(Math.round(high))} rows/s`),
        ]
      : [],
  };
}

function byReplica(partitions) {
  const replicas = [
    ...new Set([...partitions.values()].map((each) => each.replica).filter(Boolean)),
  ].sort();
  const colours = new Map(replicas.map((each, i) => [each, category(i)]));
  const named = replicas.slice(0, CATEGORIES).map((each) => {
    const swatch = h("i", { class: "swatch", "aria-hidden": "true" });
    swatch.style.background = colours.get(each);
    return h("span", { class: "key" }, swatch, each.replace(/:9042$/, ""));
  });
  const more =
    replicas.length > CATEGORIES ? h("span", {}, `and ${replicas.length - CATEGORIES} more`) : null;
  return {
    of: (partition) => colours.get(partition.replica) ?? colour("--accent"),
    legend: [named, more],
  };
}

function category(index) {
  if (index < CATEGORIES) return colour(`--category-${index + 1}`);
  return `hsl(${Math.round((index * 137.5) % 360)} 45% 52%)`;
}
