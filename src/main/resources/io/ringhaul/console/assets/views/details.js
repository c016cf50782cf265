// Who runs the job, how it was started, with what settings, and where its process spends its time.

import { fill, h, say } from "../core/dom.js";
import { count, figure, heading, measure, moment, spelled, stamp } from "../core/format.js";
import { commandText, copyLine } from "../ui/command.js";
import { card } from "../ui/parts.js";
import { profileSection } from "./profile.js";

/** The title of the settings that a resume must not change. */
const FIXED = "Cannot change on resume";

/** Longer texts have twice the width. */
const LONG = 28;

export function openDetails(host, watch, signal) {
  const cards = h("div", { class: "stack" });
  // Changes each second, and a new card would lose the focus and what is selected.
  const lastReport = h("span");
  let shown = "";
  const draw = () => {
    const { job } = watch;
    if (!job) return;
    const { live, figures, owner, runSeconds, ...steady } = job;
    say(lastReport, owner ? moment(owner.lastSeen) : "–");
    const look = JSON.stringify([steady, owner?.pid, owner?.host]);
    if (look === shown) return;
    shown = look;
    fill(
      cards,
      card("Job", facts(about(job, lastReport))),
      command(job),
      table("Settings", job.settings),
      table(FIXED, job.fingerprint),
    );
  };
  host.append(h("div", { class: "stack" }, cards, profileSection(watch, signal)));
  watch.on("job", draw, signal);
  draw();
}

function about(job, lastReport) {
  const owner = job.owner;
  return [
    ["Id", job.id],
    ["Kind", job.kind.toLowerCase()],
    ["Attempt", count(job.run)],
    ["Created", stamp(job.created)],
    ["Started", stamp(job.started) || "–"],
    ["Ended", stamp(job.completed)],
    ["Process", owner ? `${owner.pid} on ${owner.host}${job.alive ? "" : " (gone)"}` : "–"],
    ["Last report", lastReport],
  ].filter(([, value]) => value);
}

function command(job) {
  if (!job.command?.length)
    return card(
      "Command",
      h(
        "p",
        { class: "muted" },
        "None: this job was made by an application's code and is started there.",
      ),
    );
  return card("Command", copyLine(null, commandText(job.command)));
}

function table(title, map) {
  const entries = Object.entries(map ?? {});
  return entries.length
    ? card(
        title,
        facts(
          entries.map(([name, value]) => [
            heading(name),
            /^\d+$/.test(value) ? measure(name, Number(value)) : text(value),
          ]),
        ),
      )
    : null;
}

function text(value) {
  if (typeof value === "string") return spelled(value);
  return typeof value === "object" ? JSON.stringify(value) : figure(value);
}

function facts(pairs) {
  return h(
    "dl",
    { class: "facts" },
    pairs.map(([name, value]) =>
      h(
        "div",
        { class: value.length > LONG ? "wide" : null },
        h("dt", {}, name),
        h("dd", { class: "num" }, value),
      ),
    ),
  );
}
