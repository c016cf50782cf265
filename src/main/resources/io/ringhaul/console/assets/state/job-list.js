// The jobs of the store as the list shows them: what is pinned, and the runs of one name together.

import { groupOf, isActive, needsAttention, secondsRun, tableOf } from "./job-state.js";

/** The server tells of so many of the newest jobs, and of older ones until they end. */
const TOLD = 50;
const LAST = 10;

export const FILTERS = {
  running: "running",
  pending: "waiting",
  failed: "failed",
  interrupted: "interrupted",
  stopped: "stopped",
  completed: "completed",
};

export class JobList {
  #jobs = new Map();
  /** The ids of jobs that are told although they are older. */
  #older = new Set();

  /** Takes all jobs anew. */
  replace(items) {
    this.#jobs = new Map(items.map((job) => [job.id, job]));
  }

  /**
   * Takes the newest jobs; of the known ones that are as new, those that are missing are gone.
   * Returns whether an older job has ended, which must be read again.
   */
  update(items) {
    const told = new Set(items.map(({ id }) => id));
    const oldest = items.length < TOLD ? "" : items[TOLD - 1].created;
    const ended = [...this.#older].some((id) => !told.has(id));
    this.#older = new Set(items.slice(TOLD).map(({ id }) => id));
    for (const job of this.#jobs.values())
      if (job.created > oldest && !told.has(job.id)) this.#jobs.delete(job.id);
    for (const job of items) this.#jobs.set(job.id, job);
    return ended;
  }

  jobs() {
    return [...this.#jobs.values()];
  }

  get size() {
    return this.#jobs.size;
  }

  /** How many jobs are in each group of the filters. */
  counts() {
    const counts = new Map();
    for (const job of this.#jobs.values())
      counts.set(groupOf(job), (counts.get(groupOf(job)) ?? 0) + 1);
    return counts;
  }

  /**
   * Jobs that run or need attention, then all others with the runs of one name together. A failed
   * run needs no attention any more once a later run of its name exists.
   */
  sections({ status, text }) {
    const wanted = text.toLowerCase();
    const all = [...this.#jobs.values()].sort((a, b) => b.created.localeCompare(a.created));
    const runs = new Map();
    for (const job of all) {
      const name = nameOf(job);
      if (!runs.has(name)) runs.set(name, []);
      runs.get(name).push(job);
    }
    const shown = all.filter(
      (job) => (!status || groupOf(job) === status) && (!wanted || textOf(job).includes(wanted)),
    );
    const isPinned = (job) =>
      isActive(job) ||
      job.status === "PENDING" ||
      (needsAttention(job) && runs.get(nameOf(job))[0] === job);
    const pinned = shown.filter(isPinned);
    const rest = new Map();
    for (const job of shown.filter((each) => !isPinned(each))) {
      const name = nameOf(job);
      if (!rest.has(name)) rest.set(name, { name, jobs: [] });
      rest.get(name).jobs.push(job);
    }
    return {
      pinned: pinned.map((job) => ({ job, history: historyOf(runs.get(nameOf(job)), job) })),
      groups: [...rest.values()].map((group) => ({
        ...group,
        history: historyOf(runs.get(group.name), group.jobs[0]),
      })),
    };
  }
}

export function nameOf(job) {
  return job.name || `${job.kind.toLowerCase()} ${tableOf(job) ?? job.id}`;
}

function textOf(job) {
  const { subject } = job;
  const labels = Object.entries(job.labels ?? {}).map(([name, value]) => `${name}=${value}`);
  return [
    job.id,
    job.name,
    job.description,
    tableOf(job),
    subject?.format,
    subject?.location,
    ...labels,
  ]
    .filter(Boolean)
    .join(" ")
    .toLowerCase();
}

/** The durations of the last ten runs up to this one, oldest first, and how it compares with them. */
function historyOf(runs, job) {
  const now = Date.now();
  const ended = runs
    .slice(runs.indexOf(job), runs.indexOf(job) + LAST)
    .map((each) => ({
      id: each.id,
      status: groupOf(each),
      seconds: secondsRun(each, now),
      started: each.started,
    }))
    .filter(({ seconds }) => seconds !== null)
    .reverse();
  const before = ended
    .filter(({ id, status }) => id !== job.id && status === "completed")
    .map(({ seconds }) => seconds)
    .sort((a, b) => a - b);
  const usual = before.length >= 3 ? before[before.length >> 1] : null;
  const own = secondsRun(job, now);
  const change = usual && job.status === "COMPLETED" ? own / usual - 1 : null;
  return { runs: ended, change };
}
