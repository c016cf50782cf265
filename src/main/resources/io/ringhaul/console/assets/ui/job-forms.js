// The forms for a new job and for a job's name, description and labels.

import { change } from "../core/api.js";
import { h } from "../core/dom.js";
import { go, jobAddress } from "../core/router.js";
import { field, openDialog } from "./dialog.js";

export async function newJob() {
  const command = h("textarea", {
    rows: 3,
    spellcheck: "false",
    placeholder: "export store.orders --format iceberg --path /lake",
    "data-first": true,
    "data-testid": "new-command",
  });
  const name = h("input", { type: "text", maxlength: 200 });
  const now = h("input", { type: "checkbox", checked: true });
  const made = await openDialog({
    title: "New job",
    body: [
      field(
        "Command",
        command,
        "What would stand behind “ringhaul” on a command line; quote what has blanks.",
      ),
      field("Name", name, "May be left empty."),
      h("label", { class: "check" }, now, "Start it now"),
    ],
    submitLabel: "Create",
    submitId: "new-submit",
    errorId: "new-error",
    submit: async () => {
      const words = splitWords(command.value.replace(/^\s*ringhaul\s+/, ""));
      if (!words.length) throw new Error("Enter an export or import command.");
      return change("POST", "batch-jobs", {
        command: words,
        name: name.value.trim() || undefined,
        start: now.checked,
      });
    },
  });
  if (made) go(jobAddress(made.id));
}

/** Resolves to the changed job, or to null. */
export function editJob(job) {
  const name = h("input", {
    type: "text",
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
      field("Labels", labels, "One a line: name=value"),
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

function parseLabels(text) {
  const labels = {};
  for (const line of text
    .split("\n")
    .map((each) => each.trim())
    .filter(Boolean)) {
    const equals = line.indexOf("=");
    if (equals < 1) throw new Error(`“${line}” is not name=value.`);
    labels[line.slice(0, equals).trim()] = line.slice(equals + 1).trim();
  }
  return labels;
}

/** Cuts at blanks; single and double quotes hold words together, a backslash takes the next as it is. */
export function splitWords(text) {
  const words = [];
  let word = null;
  let quote = null;
  for (let i = 0; i < text.length; i++) {
    const each = text[i];
    if (quote) {
      if (each === quote) quote = null;
      else if (each === "\\" && quote === '"' && i + 1 < text.length) word += text[++i];
      else word += each;
    } else if (each === "'" || each === '"') {
      quote = each;
      word ??= "";
    } else if (each === "\\" && i + 1 < text.length) word = (word ?? "") + text[++i];
    else if (/\s/.test(each)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? "") + each;
  }
  if (quote) throw new Error("A quote is not closed.");
  if (word !== null) words.push(word);
  return words;
}
