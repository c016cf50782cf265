// The title of a bottleneck, and how grave it is.

import { heading } from "../core/format.js";

const TITLES = {
  CLIENT_CPU: "This process lacks CPU",
  CLIENT_MEMORY: "This process lacks memory",
  DISK: "The disk is the limit",
  SERVER_OVERLOAD: "The cluster is overloaded",
  QUEUE_GROWTH: "Writes are queueing",
  LATENCY_SPIKE: "Latency rose",
  THROUGHPUT_DROP: "Throughput fell",
  ERROR_SPIKE: "Many requests fail",
  CONTENTION: "Another job uses this node",
  SKEW: "One task is much larger than the others",
};

/** Whether the job will fail if this goes on. */
export function isSevere({ kind, evidence }) {
  return kind === "ERROR_SPIKE" || (kind === "DISK" && "freeBytes" in (evidence ?? {}));
}

export function titleOf(bottleneck) {
  if (bottleneck.kind === "DISK" && isSevere(bottleneck)) return "The disk is filling up";
  if (bottleneck.kind === "DISK" && bottleneck.component === "target")
    return "The target is the limit";
  if (bottleneck.kind === "LATENCY_SPIKE" && /not answered/.test(bottleneck.reason ?? ""))
    return "Cluster not responding";
  return TITLES[bottleneck.kind] ?? heading(bottleneck.kind.toLowerCase());
}
