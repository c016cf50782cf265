// Who runs the job, how it was begun, and with what settings.

import { fill, h } from "../core/dom.js";
import { figure, heading, moment } from "../core/format.js";
import { card } from "../ui/parts.js";

export function openDetails(host, watch, signal) {
  let shown = "";
  const draw = () => {
    const { job } = watch;
    if (!job) return;
    const { live, figures, ...steady } = job;
    const look = JSON.stringify(steady);
    if (look === shown) return;
    shown = look;
    fill(
      host,
      h(
        "div",
        { class: "stack" },
        card("Job", facts(about(job))),
        command(job),
        table("Settings", job.settings),
        table("Fingerprint", job.fingerprint),
      ),
    );
  };
  watch.on("job", draw, signal);
  draw();
}

function about(job) {
  const owner = job.owner;
  return [
    ["Id", job.id],
    ["Kind", job.kind.toLowerCase()],
    ["Run", figure(job.run)],
    ["Created", moment(job.created)],
    ["Started", moment(job.started)],
    ["Ended", moment(job.completed)],
    ["Process", owner ? `${owner.host}, ${owner.pid}${job.alive ? "" : " (gone)"}` : "–"],
    ["Last seen", owner ? moment(owner.lastSeen) : "–"],
  ];
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
  return card(
    "Command",
    h("p", { class: "mono command" }, ["ringhaul", ...job.command].map(quoted).join(" ")),
  );
}

function quoted(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function table(title, map) {
  const entries = Object.entries(map ?? {});
  return entries.length
    ? card(
        title,
        facts(
          entries.map(([name, value]) => [
            heading(name),
            typeof value === "object" ? JSON.stringify(value) : figure(value),
          ]),
        ),
      )
    : null;
}

function facts(pairs) {
  return h(
    "dl",
    { class: "facts" },
    pairs.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", { class: "num" }, value))),
  );
}
