// The list of jobs, newest first: filters, search, pages.

import { get } from "../core/api.js";
import { fill, h, say } from "../core/dom.js";
import { listen } from "../core/events.js";
import { compact, count, duration, moment, progress, shortId } from "../core/format.js";
import { jobAddress, jobsAddress, replace } from "../core/router.js";
import { isActive, share, STATES, wordOf } from "../state/job-state.js";
import { newJob } from "../ui/job-forms.js";
import { attempt, showError } from "../ui/notices.js";
import { badge, bar, empty, labels } from "../ui/parts.js";
import { showConnection } from "./shell.js";

const LIMIT = 25;
/** The server tells of so many jobs; of fewer where there are no more. */
const TOLD = 50;

export class JobsView {
  #signal;
  #rows = h("tbody");
  #table = h("div", { class: "table-wrap" });
  #status = h("select", { "aria-label": "State", "data-testid": "filter-status" });
  #text = h("input", {
    type: "search",
    placeholder: "Search name, label, id",
    "aria-label": "Search",
    "data-testid": "filter-text",
  });
  #range = h("span", { class: "muted", role: "status", "data-testid": "jobs-range" });
  #newer = h("button", { class: "button", type: "button" }, "Newer");
  #older = h("button", { class: "button", type: "button" }, "Older");
  #query = { status: "", q: "", offset: 0 };
  #shown = [];
  #asked = 0;
  #typing = 0;

  constructor(host, signal) {
    this.#signal = signal;
    document.title = "Jobs · Ringhaul";
    this.#status.append(
      h("option", { value: "" }, "All states"),
      ...STATES.map((each) => h("option", { value: each }, wordOf(each))),
    );
    const create = h(
      "button",
      { class: "button primary", type: "button", "data-testid": "new-job" },
      "New job",
    );
    create.addEventListener("click", () => attempt(create, newJob));
    this.#status.addEventListener("change", () => this.#filter());
    this.#text.addEventListener("input", () => {
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => this.#filter(), 200);
    });
    this.#newer.addEventListener("click", () => this.#turn(-LIMIT));
    this.#older.addEventListener("click", () => this.#turn(LIMIT));
    fill(
      host,
      h("div", { class: "page-head" }, h("h1", {}, "Jobs"), create),
      h("div", { class: "filters" }, this.#text, this.#status, this.#range),
      this.#table,
      h("div", { class: "pager" }, this.#newer, this.#older),
    );
    this.#listen();
  }

  serves(route) {
    return !route.job;
  }

  show({ query }) {
    this.#query = {
      status: query.get("status") ?? "",
      q: query.get("q") ?? "",
      offset: Number(query.get("offset")) || 0,
    };
    this.#status.value = this.#query.status;
    if (document.activeElement !== this.#text) this.#text.value = this.#query.q;
    this.#load();
  }

  #filter() {
    this.#query = { status: this.#status.value, q: this.#text.value.trim(), offset: 0 };
    this.#remember();
    this.#load();
  }

  #turn(by) {
    this.#query.offset = Math.max(0, this.#query.offset + by);
    this.#remember();
    this.#load();
    window.scrollTo(0, 0);
  }

  #remember() {
    replace(
      jobsAddress(Object.fromEntries(Object.entries(this.#query).filter(([, value]) => value))),
    );
  }

  async #load() {
    const asked = ++this.#asked;
    try {
      const page = await get("batch-jobs", { ...this.#query, limit: LIMIT }, this.#signal);
      if (asked === this.#asked) this.#draw(page);
    } catch (failure) {
      if (!this.#signal.aborted) showError(failure);
    }
  }

  #draw({ items, total, offset }) {
    this.#shown = items.map((job) => ({ job, row: h("tr") }));
    this.#shown.forEach((entry) => drawRow(entry));
    fill(
      this.#rows,
      this.#shown.map(({ row }) => row),
    );
    if (items.length) fill(this.#table, table(this.#rows));
    else fill(this.#table, this.#nothing());
    say(
      this.#range,
      total ? `${count(offset + 1)}–${count(offset + items.length)} of ${count(total)}` : "",
    );
    this.#newer.disabled = offset === 0;
    this.#older.disabled = offset + items.length >= total;
    this.#newer.parentElement.hidden = total <= LIMIT && offset === 0;
  }

  #nothing() {
    if (this.#query.q || this.#query.status)
      return empty("No job matches", "Try another word or state.");
    return empty(
      "No jobs yet",
      "Jobs that are run with this job store appear here by themselves, or begin one with New job.",
    );
  }

  #listen() {
    listen(
      {},
      {
        signal: this.#signal,
        onState: showConnection,
        // What the page could not read without a token it reads now.
        onOpen: () => this.#shown.length || this.#load(),
        onEvent: (event, data) => {
          if (event === "jobs") this.#refresh(data.items);
        },
      },
    );
  }

  /**
   * Live figures go into the rows that are there; a job that is new here, or that is gone, asks for
   * the page again.
   */
  #refresh(items) {
    const known = new Map(this.#shown.map((entry) => [entry.job.id, entry]));
    const plain = !this.#query.q && !this.#query.status && this.#query.offset === 0;
    let stale = plain && items.slice(0, LIMIT).some((job) => !known.has(job.id));
    if (plain || items.length < TOLD) {
      const told = new Set(items.map((job) => job.id));
      stale ||= this.#shown.some((entry) => !told.has(entry.job.id));
    }
    for (const job of items) {
      const entry = known.get(job.id);
      if (!entry) continue;
      if (this.#query.status && entry.job.status !== job.status) stale = true;
      entry.job = job;
      drawRow(entry);
    }
    if (stale) this.#load();
  }
}

function table(rows) {
  const heads = ["Job", "State", "Progress", "Rows", "Began", "Took"];
  return h(
    "table",
    { class: "jobs" },
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        heads.map((each) => h("th", { scope: "col" }, each)),
      ),
    ),
    rows,
  );
}

function drawRow(entry) {
  const { job, row } = entry;
  const look = JSON.stringify([
    job.name,
    job.status,
    job.alive,
    job.figures,
    job.live?.completed,
    job.live?.phase,
    isActive(job) && Math.floor(Date.now() / 1000),
  ]);
  if (look === entry.look) return;
  entry.look = look;
  const done = share(job);
  const ended = job.completed ? Date.parse(job.completed) : isActive(job) ? Date.now() : null;
  const took = job.started && ended ? duration((ended - Date.parse(job.started)) / 1000) : "–";
  const text = `${progress(done)}, ${count(job.figures.done)} of ${count(job.figures.partitions)} partitions`;
  row.dataset.testid = "job-row";
  row.dataset.job = job.id;
  const held = row.contains(document.activeElement);
  fill(
    row,
    h(
      "td",
      { class: "job-name" },
      h("a", { href: jobAddress(job.id) }, job.name || job.id),
      h(
        "span",
        { class: "muted", title: job.id },
        `${job.kind.toLowerCase()} · ${shortId(job.id)}`,
        labels(job.labels),
      ),
    ),
    h("td", { class: "job-state" }, badge(job)),
    h(
      "td",
      { class: "job-progress" },
      bar(done, text),
      h("span", { class: "num" }, progress(done)),
      job.figures.failed
        ? h("span", { class: "failed-count num" }, `${count(job.figures.failed)} failed`)
        : null,
    ),
    h("td", { class: "num", title: count(job.figures.rows) }, compact(job.figures.rows)),
    h("td", { class: "num" }, moment(job.started)),
    h("td", { class: "num" }, took),
  );
  if (held) row.querySelector("a").focus();
}
