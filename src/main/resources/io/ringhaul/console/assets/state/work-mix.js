// What the workers did in a span of time: the share of each stage, from the stages' time so far.

/** Stages in the order in which a row passes them, with what is shown of each. */
const STAGES = {
  plan: ["Plan", "Reads the ring and plans the tasks"],
  read: ["Read", "Reads from the cluster or from files"],
  wait: ["Wait", "Waits for the cluster, for a request slot, or for a rate limit"],
  wait_cluster: ["Wait for cluster", "Waits for answers of the cluster"],
  wait_limit: [
    "Wait for limit",
    "Waits because of a rate limit, a run window or another own limit",
  ],
  wait_slot: ["Wait for slot", "Waits for a free request slot below the in-flight limit"],
  decode: ["Decode", "Decodes files or answers to rows"],
  encode: ["Encode", "Encodes rows for the target"],
  bind: ["Bind", "Makes statements from rows"],
  write: ["Write", "Writes files"],
  commit: ["Commit", "Commits files"],
};

export function stageName(name) {
  return STAGES[name]?.[0] ?? name.replaceAll("_", " ");
}

export function aboutStage(name) {
  return STAGES[name]?.[1] ?? "";
}

/** Sorts stages, or names of stages; unknown ones come last. */
export function inOrder(stages, nameOf = (each) => each.name) {
  const order = Object.keys(STAGES);
  const place = (each) => (order.indexOf(nameOf(each)) + order.length + 1) % (order.length + 1);
  return [...stages].sort((a, b) => place(a) - place(b));
}

export class WorkMix {
  #stages;

  /** Takes the series of seconds of each stage. */
  constructor(series) {
    const names = series.components("stage:", "seconds").map((each) => each.slice(6));
    this.#stages = inOrder(names, (each) => each).map((name) => ({
      name,
      points: throughRuns(series.points(`stage:${name}`, "seconds")),
    }));
  }

  get names() {
    return this.#stages.map(({ name }) => name);
  }

  /** The share of each stage between two moments, in order; empty where nothing was measured. */
  between(from, to) {
    const times = this.#stages.map(({ name, points }) => ({
      name,
      seconds: Math.max(0, at(points, to) - at(points, from)),
    }));
    const all = times.reduce((sum, { seconds }) => sum + seconds, 0);
    if (!(all > 0)) return [];
    return times
      .filter(({ seconds }) => seconds > 0)
      .map(({ name, seconds }) => ({ name, share: seconds / all }));
  }
}

/** A series that begins again with each run of the job, as one that rises through all of them. */
function throughRuns(points) {
  let before = 0;
  let last = 0;
  return points.map(([time, value]) => {
    if (value < last) before += last;
    last = value;
    return [time, before + value];
  });
}

/** The value of a rising series at a moment, between its points. */
function at(points, time) {
  if (!points.length || time <= points[0][0]) return 0;
  let low = 0;
  let high = points.length - 1;
  if (time >= points[high][0]) return points[high][1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (points[middle][0] <= time) low = middle;
    else high = middle;
  }
  const [[from, before], [to, after]] = [points[low], points[high]];
  return before + ((after - before) * (time - from)) / (to - from);
}
