// What the page derives from the stored state of a task.

import { bytes, compact, count, duration, nodeName } from "../core/format.js";

const WORDS = { PENDING: "waiting", RUNNING: "running", DONE: "done", FAILED: "failed" };

/**
 * Adds its times as epoch milliseconds and the files that it reads, which drawing 10,000 of them
 * needs over and over.
 */
export function prepared(partition) {
  partition.begunAt = partition.begun ? Date.parse(partition.begun) : null;
  partition.endedAt = partition.ended ? Date.parse(partition.ended) : null;
  partition.files = partition.unit ? filesOf(partition.unit) : [];
  return partition;
}

/** The parts of a source as it writes them: JSON with a path and maybe a range, or any text. */
function filesOf(unit) {
  const parts = json(unit)?.parts ?? [unit];
  return parts.map((part) => {
    const { path, file, location, start, length, size } = json(part) ?? {};
    const name = path ?? file ?? location ?? part;
    const whole = !(length < size);
    return { path: String(name), range: whole ? "" : ` from byte ${count(start)}` };
  });
}

function json(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}

/** Seconds it took, or has taken until `now`; null before it began. */
export function secondsOf(partition, now) {
  if (partition.begunAt === null) return null;
  const end = partition.endedAt ?? (partition.status === "RUNNING" ? now : null);
  return end === null ? null : Math.max(0, (end - partition.begunAt) / 1000);
}

/** Rows a second of one that is done; null for others. */
export function rateOf(partition) {
  if (partition.status !== "DONE" || partition.begunAt === null || partition.endedAt === null)
    return null;
  return partition.rows / Math.max(0.001, (partition.endedAt - partition.begunAt) / 1000);
}

/** How many are in each state. */
export function tally(partitions) {
  const counts = { PENDING: 0, RUNNING: 0, DONE: 0, FAILED: 0 };
  for (const { status } of partitions.values()) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/**
 * The completed share of each running task, from 0 to 1, as a function. A task's own share is used
 * where it is known. What the job has completed beyond these and its finished tasks is spread
 * evenly over the other running ones.
 */
export function runningShare(partitions, completed) {
  const { DONE, RUNNING } = tally(partitions);
  const known = [...partitions.values()].map((each) => each.completed).filter(Number.isFinite);
  const others = RUNNING - known.length;
  const rest = completed * partitions.size - DONE - known.reduce((sum, share) => sum + share, 0);
  const even = others ? Math.max(0, Math.min(0.98, rest / others)) : 0;
  return (partition) => partition.completed ?? even;
}

/** What it covers: its file or keys, or its stretches of the ring. */
export function coverage(partition) {
  if (partition.files.length) {
    const [{ path, range }, ...others] = partition.files;
    const name = path.slice(path.lastIndexOf("/") + 1);
    return `${name}${range}${others.length ? ` and ${others.length} more` : ""}`;
  }
  const ranges = partition.tokens ?? [];
  if (!ranges.length) return "–";
  const [start, end] = ranges[0];
  return `(${start}, ${end}]${ranges.length > 1 ? ` and ${ranges.length - 1} more` : ""}`;
}

export function statusWord(status) {
  return WORDS[status] ?? status.toLowerCase();
}

/** What there is to say of it, as labels and texts. */
export function details(partition, now) {
  const seconds = secondsOf(partition, now);
  const rate = rateOf(partition);
  return [
    ["Task", `${partition.number}, ${statusWord(partition.status)}`],
    [partition.unit ? "Reads" : "Tokens", coverage(partition)],
    ["Rows", partition.rows ? count(partition.rows) : null],
    ["Size", partition.bytes ? bytes(partition.bytes) : null],
    ["Duration", seconds === null ? null : duration(seconds)],
    ["Rate", rate === null ? null : `${compact(Math.round(rate))} rows/s`],
    ["Attempt", partition.attempt > 1 ? String(partition.attempt) : null],
    ["Replica", partition.replica && nodeName(partition.replica)],
    ["Error", partition.error],
  ].filter(([, text]) => text);
}

/** The same in one line, which is read aloud. */
export function describe(partition, now) {
  return details(partition, now)
    .map(([label, text]) => `${label} ${text}`)
    .join(", ");
}
