// What became of a job: what it made, why it failed, or how it goes on.

import { h } from "../core/dom.js";
import { bytes, count, duration, moment } from "../core/format.js";
import { actions, isAbandoned, isActive, secondsRun, tableOf } from "../state/job-state.js";
import { commandText, copyLine } from "../ui/command.js";
import { attempt } from "../ui/notices.js";
import { resume } from "./job-controls.js";

/** Each returns null where it does not apply, else what it shows and a function that draws it. */
export function resultCard(job) {
  if (job.status !== "COMPLETED") return null;
  return {
    look: ["result", job.result, job.figures, job.run],
    draw: () =>
      h(
        "section",
        { class: "card result", "data-testid": "result" },
        h("h2", {}, headline(job)),
        facts([
          [
            job.kind === "EXPORT" ? "Location" : "Source",
            job.result?.location ?? job.subject?.location,
          ],
          ["Files", files(job.result)],
          ["Snapshot", job.result?.snapshot],
          ["Rejected rows", job.figures.rejectedRows ? count(job.figures.rejectedRows) : null],
        ]),
        nextCommands(job),
      ),
  };
}

function headline(job) {
  const rows = `${count(job.result?.rows ?? job.figures.rows)} rows`;
  const verb = { EXPORT: "Exported", IMPORT: "Imported", DELETE: "Deleted", COUNT: "Counted" }[
    job.kind
  ];
  const table = tableOf(job);
  const place = table ? ` ${job.kind === "IMPORT" ? "into" : "from"} ${table}` : "";
  return `${verb ?? "Completed"} ${rows}${place} in ${duration(secondsRun(job, Date.now()))}`;
}

function files(result) {
  if (!result?.files) return null;
  const size = result.bytes ? ` · ${bytes(result.bytes)}` : "";
  const each =
    result.bytes && result.files > 1 ? ` (${bytes(result.bytes / result.files)} each)` : "";
  return `${count(result.files)}${size}${each}`;
}

/** Options of an export that say where its files are, which an import of them takes as well. */
const PLACE =
  /^--(format|path|catalog[a-z-]*|storage-property|iceberg-table|contact-point|local-dc|config|profile)=/;
/** Options of any command that say how to reach the cluster. */
const CONNECTION = /^--(contact-point|local-dc|config|profile)=/;

function nextCommands(job) {
  const table = tableOf(job);
  const place = (job.command ?? []).filter((word) => PLACE.test(word));
  const connection = place.filter((word) => CONNECTION.test(word));
  const lines = [];
  if (job.kind === "EXPORT" && table && place.length)
    lines.push(["Import it again", commandText(["import", table, ...place])]);
  if (job.kind === "IMPORT" && table) lines.push(["Count the rows", commandText(["count", table, ...connection])]);
  lines.push(["Show it in a terminal", commandText(["jobs", "show", job.id.slice(0, 8)])]);
  return h(
    "div",
    { class: "next" },
    lines.map(([label, text]) => copyLine(label, text)),
  );
}

export function failureCard(job) {
  if (job.status !== "FAILED" || isActive(job)) return null;
  const early = !job.figures.partitions;
  return {
    look: ["failed", job.error, job.run, job.figures],
    draw: (watch) =>
      h(
        "section",
        { class: "card failure", "data-testid": "failure" },
        h("h2", {}, early ? "The job failed before it planned its tasks" : "The job failed"),
        h("p", { class: "failure-text" }, job.error ?? "No message was stored."),
        h(
          "p",
          { class: "muted" },
          early
            ? `Nothing was ${job.kind === "EXPORT" ? "exported" : "written"}. It ended at ${moment(job.completed)}.`
            : `${count(job.figures.done)} of ${count(job.figures.partitions)} tasks are finished and kept.`,
        ),
        h("div", { class: "actions" }, resumeButton(watch, "Resume with changed options")),
        job.command?.length ? copyLine("Command", commandText(job.command)) : null,
      ),
  };
}

export function interruptedCard(job) {
  if (!isAbandoned(job)) return null;
  return {
    look: ["interrupted", job.owner, job.figures],
    draw: (watch) =>
      h(
        "section",
        { class: "card failure", "data-testid": "interrupted" },
        h("h2", {}, "The job was interrupted"),
        h(
          "p",
          { class: "muted" },
          `${count(job.figures.done)} of ${count(job.figures.partitions)} tasks are finished and kept. Tasks that were running are read again.`,
        ),
        h("div", { class: "actions" }, resumeButton(watch, "Resume")),
      ),
  };
}

function resumeButton(watch, label) {
  if (!actions(watch.job).start)
    return h(
      "p",
      { class: "muted" },
      "This job was made by an application's code: resume it there.",
    );
  const button = h(
    "button",
    { class: "button primary", type: "button", "data-testid": "resume-changed" },
    label,
  );
  button.addEventListener("click", () => attempt(button, () => resume(watch)));
  return button;
}

function facts(pairs) {
  return h(
    "dl",
    { class: "facts" },
    pairs
      .filter(([, value]) => value)
      .map(([name, value]) =>
        h("div", {}, h("dt", {}, name), h("dd", { class: "num" }, String(value))),
      ),
  );
}
