// What happened while a job ran: the marks that its charts and its timeline show.

import { heading, setting } from "../core/format.js";
import { titleOf } from "./bottleneck.js";

/** Each with `at`, `until` where it lasted, `kind` and `text`; times in epoch milliseconds. */
export function eventsOf(watch) {
  return [...bottlenecks(watch), ...tuning(watch), ...pauses(watch), ...resumes(watch)];
}

function bottlenecks({ bottlenecks: all }) {
  return [...all.values()].map((each) => ({
    at: Date.parse(each.firstSeen),
    until: each.open ? Date.now() : Date.parse(each.lastSeen),
    kind: "bottleneck",
    text: titleOf(each),
  }));
}

function tuning({ tuning: changes }) {
  return changes
    .filter(({ state }) => state === "APPLIED" || state === "REVERTED")
    .map((each) => ({
      at: Date.parse(each.time),
      kind: "tuning",
      text: `${heading(each.parameter)} ${setting(each.parameter, each.old)} → ${setting(each.parameter, each.new)}`,
    }));
}

/** The start of the newest run, where it is not the first one. */
function resumes({ job }) {
  if (!job?.runStarted || job.runStarted === job.started) return [];
  const at = Date.parse(job.runStarted);
  return [{ at, kind: "resume", text: `Resumed, attempt ${job.run}` }];
}

function pauses({ series }) {
  const found = [];
  let open = null;
  for (const [at, value] of series.points("job", "paused")) {
    if (value > 0 && open) open.until = at;
    else if (value > 0) {
      open = { at, until: at, kind: "pause", text: "Paused" };
      found.push(open);
    } else open = null;
  }
  return found;
}
