// Sorts the tasks that have begun into lanes: one for each worker, or several where it has several
// tasks at once.

const MOST_FREE = 64;

/** Lanes with a name and their tasks in the order in which they began. */
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
    .flatMap(([worker, tasks]) =>
      freeLanes(tasks).map((lane, i) => ({ ...lane, name: i ? "" : `Worker ${worker}` })),
    );
  return lanes.concat(freeLanes(homeless));
}

/** Each task goes into the first lane that is free at its time. */
function freeLanes(tasks) {
  const lanes = [];
  for (const each of tasks) {
    const free =
      lanes.find((lane) => lane.until <= each.begunAt) ??
      (lanes.length < MOST_FREE ? newLane(lanes) : lanes[0]);
    free.tasks.push(each);
    const end = each.endedAt ?? (each.status === "RUNNING" ? Infinity : each.begunAt);
    free.until = Math.max(free.until, end);
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

/** The mean share of the span in which a lane had a task. */
export function occupiedShare(lanes, span, now) {
  if (!lanes.length) return null;
  const occupied = lanes.reduce(
    (sum, { tasks }) =>
      sum + tasks.reduce((time, each) => time + endOf(each, now) - each.begunAt, 0),
    0,
  );
  return Math.min(1, occupied / (lanes.length * (span.to - span.from)));
}
