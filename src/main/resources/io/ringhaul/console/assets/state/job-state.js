// What a job's state means: its word, and which controls make sense.

const WORDS = {
  PENDING: "Waiting",
  RUNNING: "Running",
  STOPPING: "Stopping",
  STOPPED: "Stopped",
  FAILED: "Failed",
  COMPLETED: "Completed",
};
export const STATES = Object.keys(WORDS);

/** Its process is gone although the store has it running: a resume takes it up. */
export function isAbandoned(job) {
  return !job.alive && (job.status === "RUNNING" || job.status === "STOPPING");
}

export function isActive(job) {
  return (job.status === "RUNNING" || job.status === "STOPPING") && !isAbandoned(job);
}

export function stateWord(job) {
  if (isAbandoned(job)) return "Process gone";
  if (job.live?.phase === "paused" && job.status === "RUNNING") return "Paused";
  return WORDS[job.status] ?? job.status;
}

/** The name of the state's colour in the style sheets. */
export function stateTone(job) {
  if (isAbandoned(job)) return "failed";
  if (job.live?.phase === "paused" && job.status === "RUNNING") return "paused";
  return job.status.toLowerCase();
}

export function wordOf(status) {
  return WORDS[status] ?? status;
}

/** For each control whether it can be used now, and why not. */
export function controls(job) {
  const active = isActive(job);
  const foreign = !job.command?.length;
  const startable = foreign
    ? "This job was made by an application's code and can only be started there."
    : active
      ? "The job runs already."
      : null;
  return {
    start:
      startable ??
      (job.status === "COMPLETED"
        ? "The job is complete. Restart runs it again from nothing."
        : null),
    stop:
      job.status === "RUNNING" && active
        ? null
        : active
          ? "The job is stopping."
          : "The job does not run.",
    restart: foreign ? startable : active ? "Stop the job first." : null,
    delete: active ? "Stop the job first." : null,
  };
}

/** Why a partition of the job cannot be retried now; null where it can. */
export function retryRefusal(job) {
  const { restart } = controls(job);
  return restart ?? (job.status === "COMPLETED" ? "The job is complete." : null);
}

export function share(job) {
  const { partitions, done } = job.figures;
  if (job.live && typeof job.live.completed === "number" && isActive(job))
    return job.live.completed;
  if (job.status === "COMPLETED") return 1;
  return partitions ? done / partitions : 0;
}
