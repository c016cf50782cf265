// What a job's state means: its word, its health, its table and target, and what can be done.

import { count, duration, moment } from "../core/format.js";

const WORDS = {
  PENDING: "Waiting",
  RUNNING: "Running",
  STOPPING: "Stopping",
  STOPPED: "Stopped",
  FAILED: "Failed",
  COMPLETED: "Completed",
};

/** The word and the colour of each state of health that the API sends. */
const HEALTH = {
  running_well: ["Running well", "running"],
  slowed: ["Slowed", "slowed"],
  stalled: ["Stalled", "stalled"],
  failing: ["Failing", "failing"],
  paused: ["Paused", "paused"],
};

/** From so many seconds without an answer on, a job whose health is unknown counts as stalled. */
const LONG_WAIT = 3;

/** The process is gone although the store has the job running; it can be resumed. */
export function isAbandoned(job) {
  return !job.alive && (job.status === "RUNNING" || job.status === "STOPPING");
}

export function isActive(job) {
  return (job.status === "RUNNING" || job.status === "STOPPING") && !isAbandoned(job);
}

/** The state of health of a running job; null for other jobs and while it is unknown. */
export function healthOf(job) {
  const { live } = job;
  if (job.status !== "RUNNING" || !isActive(job) || !live) return null;
  if (live.health) return live.health.state;
  if (live.phase === "paused") return "paused";
  return live.unansweredSeconds >= LONG_WAIT ? "stalled" : null;
}

/** Whether a running job makes no progress now. */
export function standsStill(job) {
  return ["stalled", "paused"].includes(healthOf(job));
}

/** Whether somebody should look at the job. */
export function needsAttention(job) {
  return (
    job.status === "FAILED" ||
    isAbandoned(job) ||
    ["slowed", "stalled", "failing"].includes(healthOf(job))
  );
}

export function stateWord(job) {
  if (isAbandoned(job)) return "Interrupted";
  return HEALTH[healthOf(job)]?.[0] ?? WORDS[job.status] ?? job.status;
}

/** The name of the state's colour in the style sheets. */
export function stateTone(job) {
  if (isAbandoned(job)) return "interrupted";
  return HEALTH[healthOf(job)]?.[1] ?? job.status.toLowerCase();
}

/** The group of the list's filters that a job belongs to. */
export function groupOf(job) {
  if (isAbandoned(job)) return "interrupted";
  return job.status === "STOPPING" ? "running" : job.status.toLowerCase();
}

/** The state in one sentence: what is wrong, or why and until when the job waits; may be empty. */
export function healthSentence(job) {
  const { live, owner } = job;
  if (isAbandoned(job)) {
    const process = owner
      ? `Process ${owner.pid} on ${owner.host} has not reported since ${moment(owner.lastSeen)}.`
      : "Its process does not report any more.";
    return `${process} Resume continues after the last finished task.`;
  }
  const health = healthOf(job);
  if (health === "paused") return pauseSentence(live);
  if (health && health !== "running_well" && live.health?.text) return sentence(live.health.text);
  if (health === "stalled")
    return `The cluster has not answered for ${duration(live.unansweredSeconds)}.`;
  if (job.status === "PENDING") return "This job has not started yet.";
  if (job.status === "STOPPING") return "The running tasks will run again when you resume.";
  return "";
}

function pauseSentence(live) {
  const { reason, until } = live.pause ?? {};
  const why = reason ?? live.health?.text ?? live.phaseReason;
  return [
    why ? sentence(why) : "",
    until ? `Continues at ${moment(until).replace(/:00$/, "")}.` : "",
  ]
    .filter(Boolean)
    .join(" ");
}

/** What limits a running job, or limited an ended one, and how often; empty while it is unknown. */
export function limitSentence(job, { withShare = true } = {}) {
  const limit = isActive(job) ? job.live?.limitedBy : job.result?.limitedBy;
  if (!limit || healthOf(job) === "paused") return "";
  if (limit.kind === "nothing") return isActive(job) ? "Nothing limits this job." : "";
  const share =
    withShare && typeof limit.share === "number"
      ? ` (${Math.round(limit.share * 100)} % of the time)`
      : "";
  return `Limited by ${limit.text ?? limit}${share}.`;
}

/** The setting that changes the limit while the job runs; null where there is none. */
export function changeableLimit(job) {
  const name = job.live?.limitedBy?.parameter;
  return isActive(job) && name && name in (job.live.settings ?? {}) ? name : null;
}

export function sentence(text) {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}

/** `store.orders`, or null where it is unknown. */
export function tableOf({ subject }) {
  if (!subject?.table) return null;
  return subject.keyspace ? `${subject.keyspace}.${subject.table}` : subject.table;
}

/** Where rows come from and where they go, such as `store.orders` and `iceberg /lake`. */
export function route(job) {
  const table = tableOf(job);
  if (!table) return null;
  const { direction, format, location } = job.subject;
  const outside = [format, location].filter(Boolean).join(" ");
  const reads = direction === "import" || direction === "delete";
  if (!outside) return reads ? { from: null, to: table } : { from: table, to: null };
  return reads ? { from: outside, to: table } : { from: table, to: outside };
}

/** Of the actions start, stop, restart, edit and delete those that are possible now. */
export function actions(job) {
  const runnable = Boolean(job.command?.length);
  const active = isActive(job);
  return {
    stop: (job.status === "RUNNING" && active) || job.status === "PENDING",
    start: runnable && !active && job.status !== "COMPLETED",
    edit: true,
    // A second commit of a completed export would do nothing.
    restart:
      runnable &&
      !active &&
      job.status !== "PENDING" &&
      !(job.kind === "EXPORT" && job.status === "COMPLETED"),
    delete: !active,
  };
}

/** Why a task of the job cannot be retried now; null where it can. */
export function retryRefusal(job) {
  if (!job.command?.length)
    return "This job was made by an application's code and can only be started there.";
  if (isActive(job)) return "Stop the job first.";
  return job.status === "COMPLETED" ? "The job is complete." : null;
}

/** The completed share, from 0 to 1. */
export function share(job) {
  const { partitions, done } = job.figures;
  if (job.live && typeof job.live.completed === "number" && isActive(job))
    return job.live.completed;
  if (job.status === "COMPLETED") return 1;
  return partitions ? done / partitions : 0;
}

/** Seconds that the job has run, without the time between two runs where that is known. */
export function secondsRun(job, now) {
  if (!job.started) return null;
  if (typeof job.runSeconds === "number") return job.runSeconds;
  const last = job.completed ?? (isAbandoned(job) ? job.owner?.lastSeen : null);
  const end = last ? Date.parse(last) : isActive(job) ? now : null;
  return end === null ? null : Math.max(0, (end - Date.parse(job.started)) / 1000);
}

/** The current rows per second, or the mean ones of an ended job; null where they are unknown. */
export function rate(job, now) {
  if (isActive(job))
    return typeof job.live?.rowsPerSecond === "number" ? Math.round(job.live.rowsPerSecond) : null;
  if (typeof job.result?.rowsPerSecond === "number") return Math.round(job.result.rowsPerSecond);
  const seconds = secondsRun(job, now);
  return seconds && job.figures.rows ? Math.round(job.figures.rows / seconds) : null;
}

/** The time left, or why there is none to tell. */
export function timeLeft(job) {
  const health = healthOf(job);
  if (health === "stalled") {
    const seconds = job.live.health?.sinceSeconds ?? job.live.unansweredSeconds;
    return `stalled for ${duration(Math.max(1, Math.floor(seconds)))}`;
  }
  if (health === "paused") return "paused";
  return duration(job.live?.remainingSeconds);
}
