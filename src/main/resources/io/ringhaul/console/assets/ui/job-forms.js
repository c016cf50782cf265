// The forms for a new job, for resuming one with changed options, and for a job's name and labels.

import { change } from "../core/api.js";
import { h } from "../core/dom.js";
import { count } from "../core/format.js";
import { go, jobAddress } from "../core/router.js";
import { commandText, quoted, splitWords } from "./command.js";
import { field, openDialog } from "./dialog.js";

const FORMATS = ["iceberg", "parquet", "csv", "json"];

/** The fields write the command; the command can be changed by hand as well. */
export async function newJob() {
  const direction = select("Direction", ["export", "import"]);
  const table = text({
    placeholder: "store.orders",
    "data-first": true,
    "data-testid": "new-table",
  });
  const format = select("Format", FORMATS);
  const path = text({ placeholder: "/lake", "data-testid": "new-path" });
  const rate = text({ inputmode: "numeric", placeholder: "unlimited", "data-testid": "new-rate" });
  const name = text({ maxlength: 200 });
  const command = h("textarea", {
    rows: 3,
    spellcheck: "false",
    "aria-label": "Command",
    "data-testid": "new-command",
  });
  const now = h("input", { type: "checkbox", checked: true });
  const write = () => {
    const words = [direction.value, table.value.trim(), `--format=${format.value}`];
    if (path.value.trim()) words.push(`--path=${path.value.trim()}`);
    if (rate.value.trim()) words.push(`--rate=${rate.value.replaceAll(/[ ,_]/g, "")}`);
    command.value = commandText(words.filter(Boolean));
  };
  for (const each of [direction, table, format, path, rate]) each.addEventListener("input", write);
  write();
  const made = await openDialog({
    title: "New job",
    wide: true,
    body: [
      h(
        "div",
        { class: "field-grid" },
        field("Direction", direction),
        field("Table", table),
        field("Format", format),
        field("Path", path),
        field("Rows per second", rate, "Optional"),
        field("Name", name, "Optional"),
      ),
      field("Command", command, "Written by the fields above. Add any other option here."),
      h("label", { class: "check" }, now, "Start it now"),
    ],
    submitLabel: "Create",
    submitId: "new-submit",
    errorId: "new-error",
    submit: async () => {
      const words = splitWords(command.value.replace(/^\s*ringhaul\s+/, ""));
      if (!words.slice(1).some((word) => !word.startsWith("-")))
        throw new Error("Enter a table, such as store.orders.");
      return change("POST", "batch-jobs", {
        command: words,
        name: name.value.trim() || undefined,
        start: now.checked,
      });
    },
  });
  if (made) go(jobAddress(made.id));
}

function text(attributes) {
  return h("input", { type: "text", autocomplete: "off", spellcheck: "false", ...attributes });
}

function select(label, values) {
  return h(
    "select",
    { "aria-label": label, "data-testid": `new-${label.toLowerCase()}` },
    values.map((each) => h("option", { value: each }, each)),
  );
}

/** Resumes a job, with options changed or added where some are given; resolves to it, or to null. */
export function resumeJob(job) {
  const { partitions, done } = job.figures;
  const proposed = proposedOptions(job);
  const options = text({
    value: proposed,
    placeholder: "--rate=8000 --max-disk=20GB",
    "data-first": true,
    "data-testid": "resume-options",
  });
  const sentence = done
    ? `${count(partitions - done)} of ${count(partitions)} tasks are left; finished tasks are skipped.`
    : "All tasks run.";
  return openDialog({
    title: job.started ? "Resume this job?" : "Start this job?",
    wide: true,
    body: [
      job.error ? h("p", { class: "dialog-quote" }, job.error) : null,
      h("p", {}, sentence),
      field("Changed options", options, "Optional. They replace the same options of the command."),
      h("p", { class: "hint mono" }, commandText(job.command)),
    ],
    submitLabel: job.started ? "Resume" : "Start",
    submitId: "confirm-yes",
    cancelId: "confirm-no",
    errorId: "resume-error",
    submit: async () => {
      const words = splitWords(options.value);
      const path = `batch-jobs/${encodeURIComponent(job.id)}/start`;
      return change("POST", path, words.length ? { options: words } : undefined);
    },
  });
}

/** The options that the error names and the command has, to be changed in place. */
function proposedOptions({ error, command }) {
  const named = new Set([...(error ?? "").matchAll(/--[a-z][a-z-]+/g)].map(([option]) => option));
  return (command ?? [])
    .filter((word) => named.has(word.split("=")[0]))
    .map(quoted)
    .join(" ");
}

/** Resolves to the changed job, or to null. */
export function editJob(job) {
  const name = text({
    maxlength: 200,
    value: job.name ?? "",
    "data-first": true,
    "data-testid": "edit-name",
  });
  const description = h("textarea", {
    rows: 2,
    value: job.description ?? "",
    "data-testid": "edit-description",
  });
  const lines = Object.entries(job.labels ?? {}).map(([key, value]) => `${key}=${value}`);
  const labels = h("textarea", {
    rows: 3,
    spellcheck: "false",
    value: lines.join("\n"),
    "data-testid": "edit-labels",
  });
  return openDialog({
    title: "Edit job",
    body: [
      field("Name", name),
      field("Description", description),
      field("Labels", labels, "One per line: name=value"),
    ],
    submitLabel: "Save",
    submitId: "confirm-yes",
    cancelId: "confirm-no",
    submit: async () =>
      change("PUT", `batch-jobs/${encodeURIComponent(job.id)}`, {
        name: name.value.trim(),
        description: description.value.trim(),
        labels: parseLabels(labels.value),
      }),
  });
}

function parseLabels(lines) {
  const labels = {};
  for (const line of lines
    .split("\n")
    .map((each) => each.trim())
    .filter(Boolean)) {
    const equals = line.indexOf("=");
    if (equals < 1) throw new Error(`“${line}” is not name=value.`);
    labels[line.slice(0, equals).trim()] = line.slice(equals + 1).trim();
  }
  return labels;
}
