// Sorts the partitions that have begun into lanes: one for each worker.

const MOST_FREE = 64;

/** Lanes with a name and their partitions in the order in which they began. */
export function lanesOf(partitions) {
  const begun = [...partitions.values()]
    .filter((each) => each.begunAt !== null)
    .sort((a, b) => a.begunAt - b.begunAt);
  const byWorker = new Map();
  const homeless = [];
  for (const each of begun) {
    if (each.worker === null || each.worker === undefined) homeless.push(each);
    else if (byWorker.has(each.worker)) byWorker.get(each.worker).push(each);
    else byWorker.set(each.worker, [each]);
  }
  const lanes = [...byWorker]
    .sort((a, b) => a[0] - b[0])
    .map(([worker, tasks]) => ({ name: `Worker ${worker}`, tasks }));
  return lanes.concat(freeLanes(homeless));
}

/** Those whose worker is not known go into the first lane that is free at their time. */
function freeLanes(tasks) {
  const lanes = [];
  for (const each of tasks) {
    const free =
      lanes.find((lane) => lane.until <= each.begunAt) ??
      (lanes.length < MOST_FREE ? newLane(lanes) : lanes[0]);
    free.tasks.push(each);
    free.until = Math.max(free.until, each.endedAt ?? Infinity);
  }
  return lanes;
}

function newLane(lanes) {
  const lane = { name: "", tasks: [], until: -Infinity };
  lanes.push(lane);
  return lane;
}

/** The span of all tasks; those that run reach until `now`. */
export function spanOf(lanes, now) {
  let from = Infinity;
  let to = -Infinity;
  for (const { tasks } of lanes) {
    for (const each of tasks) {
      from = Math.min(from, each.begunAt);
      to = Math.max(to, endOf(each, now));
    }
  }
  return from < to ? { from, to } : { from, to: from + 1000 };
}

/** Where a task's bar ends: one that was given up has no end of its own. */
export function endOf(task, now) {
  return task.endedAt ?? (task.status === "RUNNING" ? now : task.begunAt);
}

/** The index of the first task that ends after `at`; tasks of one lane do not overlap by much. */
export function firstAfter(tasks, at, now) {
  let low = 0;
  let high = tasks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (endOf(tasks[middle], now) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The share of their time in which the lanes had work. */
export function busyShare(lanes, span, now) {
  if (!lanes.length) return null;
  const busy = lanes.reduce(
    (sum, { tasks }) =>
      sum + tasks.reduce((time, each) => time + endOf(each, now) - each.begunAt, 0),
    0,
  );
  return Math.min(1, busy / (lanes.length * (span.to - span.from)));
}
