// The tasks as a table: filtered, sorted, a page at a time, with a retry for failed ones.

import { change, unlock } from "../core/api.js";
import { noOftener } from "../charts/canvas.js";
import { fill, h, keep, say } from "../core/dom.js";
import { bytes, compact, count, duration, moment } from "../core/format.js";
import { jobAddress, replace } from "../core/router.js";
import { retryRefusal } from "../state/job-state.js";
import { coverage, rateOf, secondsOf, statusWord, tally } from "../state/partition.js";
import { attempt, tell } from "../ui/notices.js";
import { empty } from "../ui/parts.js";
import { confirmQuestion } from "../ui/questions.js";

const LIMIT = 100;
const COLUMNS = [
  { name: "number", label: "Task", by: (each) => each.number },
  { name: "status", label: "State", by: (each) => each.status },
  { name: "rows", label: "Rows", right: true, by: (each) => each.rows },
  { name: "bytes", label: "Size", right: true, by: (each) => each.bytes },
  { name: "rate", label: "Rows/s", right: true, by: (each) => rateOf(each) ?? -1 },
  { name: "took", label: "Duration", right: true, by: (each, now) => secondsOf(each, now) ?? -1 },
  { name: "begun", label: "Started", by: (each) => each.begunAt ?? 0 },
  { name: "attempt", label: "Attempts", right: true, by: (each) => each.attempt },
  { name: "replica", label: "Replica", by: (each) => each.replica ?? "" },
];

export class TaskTable {
  element = h("div", { class: "task-table" });
  #watch;
  #body = h("tbody");
  #status = h("select", { "aria-label": "State", "data-testid": "partition-status" });
  #text = h("input", {
    type: "search",
    placeholder: "Number, replica, file",
    "aria-label": "Search",
    "data-testid": "partition-text",
  });
  #range = h("span", { class: "muted num", role: "status" });
  #newer = h("button", { class: "button", type: "button" }, "Previous");
  #older = h("button", { class: "button", type: "button" }, "Next");
  #heads = new Map();
  #sort = { name: "number", down: false };
  #offset = 0;
  #table;
  #nothing = h("div");
  #looks = new Map();

  constructor(watch, signal, query) {
    this.#watch = watch;
    this.#status.append(
      h("option", { value: "" }, "All"),
      ...["PENDING", "RUNNING", "DONE", "FAILED"].map((each) =>
        h("option", { value: each }, statusWord(each)),
      ),
    );
    this.#status.value = query.get("status") ?? "";
    this.#text.value = query.get("q") ?? "";
    const heads = COLUMNS.map((column) => {
      const button = h(
        "button",
        { class: "sort", type: "button", on: { click: () => this.#sortBy(column.name) } },
        column.label,
      );
      const head = h("th", { scope: "col", class: column.right ? "right" : null }, button);
      this.#heads.set(column.name, head);
      return head;
    });
    this.#table = h(
      "div",
      { class: "table-wrap", tabindex: "0", role: "group", "aria-label": "Tasks" },
      h(
        "table",
        { class: "partitions" },
        h("thead", {}, h("tr", {}, heads, h("th", {}, h("span", { class: "sr-only" }, "Actions")))),
        this.#body,
      ),
    );
    this.element.append(
      h("div", { class: "filters flush" }, this.#text, this.#status, this.#range),
      this.#table,
      this.#nothing,
      h("div", { class: "pager" }, this.#newer, this.#older),
    );
    const draw = noOftener(1000, () => this.#draw(), signal);
    this.#status.addEventListener("change", () => this.#filter());
    this.#text.addEventListener("input", () => this.#filter());
    this.#newer.addEventListener("click", () => this.#turn(-LIMIT));
    this.#older.addEventListener("click", () => this.#turn(LIMIT));
    watch.on("partitions", draw, signal);
    watch.on("job", draw, signal);
    this.#draw();
  }

  /** Shows one task only and brings its row into view. */
  select(partition) {
    this.#status.value = "";
    this.#text.value = String(partition.number);
    this.#filter();
    this.#table.scrollIntoView({ block: "nearest" });
  }

  #filter() {
    const wanted = { status: this.#status.value, q: this.#text.value.trim() };
    replace(
      jobAddress(
        this.#watch.id,
        "tasks",
        Object.fromEntries(Object.entries(wanted).filter(([, value]) => value)),
      ),
    );
    this.#offset = 0;
    this.#draw();
  }

  #turn(by) {
    this.#offset = Math.max(0, this.#offset + by);
    this.#draw();
    this.#table.scrollIntoView({ block: "start" });
  }

  #sortBy(name) {
    this.#sort = { name, down: this.#sort.name === name ? !this.#sort.down : name !== "number" };
    this.#offset = 0;
    this.#draw();
  }

  #matching(now) {
    const status = this.#status.value;
    const text = this.#text.value.trim().toLowerCase();
    const number = /^\d+$/.test(text) ? Number(text) : null;
    const matches = (each) =>
      (!status || each.status === status) &&
      (!text ||
        each.number === number ||
        (number === null &&
          `${each.replica ?? ""} ${each.unit ?? ""} ${each.error ?? ""}`
            .toLowerCase()
            .includes(text)));
    const list = [...this.#watch.partitions.values()].filter(matches);
    const { by } = COLUMNS.find(({ name }) => name === this.#sort.name);
    const way = this.#sort.down ? -1 : 1;
    const compare = (a, b) => {
      const [x, y] = [by(a, now), by(b, now)];
      return (x < y ? -1 : x > y ? 1 : a.number - b.number) * way;
    };
    return list.sort(compare);
  }

  #draw() {
    const now = Date.now();
    const list = this.#matching(now);
    if (this.#offset >= list.length) this.#offset = 0;
    const page = list.slice(this.#offset, this.#offset + LIMIT);
    this.#drawRows(page, now);
    for (const [name, head] of this.#heads) {
      const sorted =
        this.#sort.name === name ? (this.#sort.down ? "descending" : "ascending") : "none";
      head.setAttribute("aria-sort", sorted);
    }
    const counts = tally(this.#watch.partitions);
    const shown = list.length
      ? `${count(this.#offset + 1)}–${count(this.#offset + page.length)} of ${count(list.length)}`
      : "";
    say(
      this.#range,
      [
        shown,
        counts.FAILED && this.#status.value !== "FAILED" ? `${count(counts.FAILED)} failed` : null,
      ]
        .filter(Boolean)
        .join(" · "),
    );
    this.#table.hidden = !page.length;
    fill(
      this.#nothing,
      page.length
        ? null
        : this.#watch.partitions.size
          ? empty("No task matches", "Change the state or the search text.")
          : this.#watch.job?.figures.partitions && !this.#watch.loaded
            ? empty("Loading the tasks …")
            : empty("No tasks yet", "They appear once the job has planned them."),
    );
    this.#newer.parentElement.hidden = list.length <= LIMIT;
    this.#newer.disabled = this.#offset === 0;
    this.#older.disabled = this.#offset + LIMIT >= list.length;
  }

  /** Rows that look the same stay, so that the focus and a selection of text stay too. */
  #drawRows(page, now) {
    const looks = new Map();
    const rows = page.map((each) => {
      const look = JSON.stringify([
        each.number,
        each.status,
        each.rows,
        each.bytes,
        each.attempt,
        each.error,
        each.status === "RUNNING" ? Math.floor(now / 1000) : each.ended,
        each.status === "FAILED" ? this.#refusal() : null,
      ]);
      const row = this.#looks.get(look) ?? this.#row(each, now);
      looks.set(look, row);
      return row;
    });
    this.#looks = looks;
    keep(this.#body, rows);
  }

  #row(each, now) {
    const rate = rateOf(each);
    return h(
      "tr",
      { "data-testid": "partition-row", "data-status": each.status },
      h(
        "td",
        {},
        h("b", { class: "num" }, String(each.number)),
        h("div", { class: "range mono", title: each.files[0]?.path }, coverage(each)),
        each.error ? h("div", { class: "row-error" }, each.error) : null,
      ),
      h(
        "td",
        {},
        h(
          "span",
          { class: `badge ${each.status.toLowerCase()}` },
          h("i", { class: "dot", "aria-hidden": "true" }),
          statusWord(each.status),
        ),
      ),
      h(
        "td",
        { class: "num right" },
        each.status === "DONE" || each.rows ? count(each.rows) : "–",
        each.rejectedRows
          ? h("div", { class: "row-error" }, `${count(each.rejectedRows)} rejected`)
          : null,
      ),
      h("td", { class: "num right" }, each.bytes ? bytes(each.bytes) : "–"),
      h("td", { class: "num right" }, rate === null ? "–" : compact(Math.round(rate))),
      h("td", { class: "num right" }, duration(secondsOf(each, now))),
      h("td", { class: "num" }, moment(each.begun)),
      h("td", { class: "num right" }, count(each.attempt)),
      h("td", { class: "num" }, each.replica ?? "–"),
      h("td", { class: "right" }, each.status === "FAILED" ? this.#retryButton(each) : null),
    );
  }

  #refusal() {
    return this.#watch.job ? retryRefusal(this.#watch.job) : null;
  }

  #retryButton(each) {
    const refusal = this.#refusal();
    const button = h(
      "button",
      {
        class: "button small",
        type: "button",
        "data-testid": "retry",
        "aria-label": `Retry task ${each.number}`,
        // Not disabled but aria-disabled: it keeps the focus and can say why it does nothing.
        "aria-disabled": String(refusal !== null),
        title: refusal,
      },
      "Retry",
    );
    button.addEventListener("click", () => {
      if (refusal) tell(refusal);
      else attempt(button, () => this.#retry(each));
    });
    return button;
  }

  async #retry(each) {
    await unlock();
    const text = "The task runs again, and the job is resumed for it.";
    if (!(await confirmQuestion({ title: `Retry task ${each.number}?`, text, yes: "Retry" })))
      return;
    // A colon may stand in a path as it is.
    const id = encodeURIComponent(each.id).replace("%3A", ":");
    const partition = await change("POST", `batch-partitions/${id}/retry`);
    if (partition) this.#watch.takePartition(partition);
    tell(`Task ${each.number} will run again.`);
  }
}
