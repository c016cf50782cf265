// The list of jobs: what runs or needs attention on top, then the others by name.

import { readAgain } from "../core/again.js";
import { get, session } from "../core/api.js";
import { fill, h, keep, say } from "../core/dom.js";
import { listen } from "../core/events.js";
import { count } from "../core/format.js";
import { go, jobAddress, jobsAddress, replace } from "../core/router.js";
import { FILTERS, JobList } from "../state/job-list.js";
import { isActive, needsAttention, stateTone } from "../state/job-state.js";
import { commandText, copyLine } from "../ui/command.js";
import { showIcon } from "../ui/favicon.js";
import { newJob } from "../ui/job-forms.js";
import { attempt, retractError, showError } from "../ui/notices.js";
import { empty } from "../ui/parts.js";
import { headsOf, jobRow, lookOf } from "./job-rows.js";
import { showConnection } from "./shell.js";

const LIMIT = 1000;

/** The worst first. */
const TROUBLES = ["failing", "stalled", "interrupted", "failed", "slowed"];
const AGES = 30_000;

export class JobsView {
  #signal;
  #body = h("div", { class: "job-sections" });
  #filters = h("div", { class: "counts", role: "group", "aria-label": "States" });
  #text = h("input", {
    type: "search",
    placeholder: "Search table, name, label, path",
    "aria-label": "Search",
    "data-testid": "filter-text",
  });
  #range = h("span", { class: "muted", role: "status", "data-testid": "jobs-range" });
  #query = { status: "", q: "" };
  #list = new JobList();
  #total = null;
  #loading = 0;
  /** The jobs of the newest event since the list was asked for. */
  #told = null;
  #open = new Set();
  #rows = new Map();
  #tables = new Map();
  /** A command whose job appears here. */
  #example = h("div");

  constructor(host, signal) {
    this.#signal = signal;
    document.title = "Jobs · Ringhaul";
    const create = h(
      "button",
      { class: "button primary", type: "button", "data-testid": "new-job" },
      "New job",
    );
    create.addEventListener("click", () => attempt(create, newJob));
    this.#text.addEventListener("input", () =>
      this.#choose({ ...this.#query, q: this.#text.value.trim() }),
    );
    this.#body.addEventListener("click", (event) => this.#follow(event));
    fill(
      host,
      h("div", { class: "page-head" }, h("h1", {}, "Jobs"), create),
      h("div", { class: "filters" }, this.#filters, this.#text, this.#range),
      this.#body,
    );
    const ages = setInterval(() => this.#draw(), AGES);
    signal.addEventListener("abort", () => clearInterval(ages), { once: true });
    this.#listen();
    this.#writeExample();
  }

  /** The command names the job store that this console reads. */
  async #writeExample() {
    const { store } = await session().catch(() => ({}));
    const words = ["export", "store.orders", "--format=csv", "--path=/data/orders"];
    // Other stores have no path.
    if (store?.includes("/")) words.push(`--job-store=${store}`);
    fill(this.#example, copyLine(null, commandText(words)));
  }

  serves(route) {
    return !route.job;
  }

  show({ query }) {
    this.#query = { status: query.get("status") ?? "", q: query.get("q") ?? "" };
    if (document.activeElement !== this.#text) this.#text.value = this.#query.q;
    this.#draw();
    this.#load();
  }

  #choose(query) {
    this.#query = query;
    replace(jobsAddress(Object.fromEntries(Object.entries(query).filter(([, value]) => value))));
    this.#draw();
  }

  async #load() {
    const loading = ++this.#loading;
    this.#told = null;
    try {
      const page = await readAgain(() => get("batch-jobs", { limit: LIMIT }, this.#signal), {
        signal: this.#signal,
        tell: showError,
        retract: retractError,
        isWanted: () => loading === this.#loading,
      });
      if (!page || loading !== this.#loading) return;
      this.#total = page.total;
      this.#list.replace(page.items);
      if (this.#told) this.#list.update(this.#told);
      this.#draw();
    } catch (failure) {
      if (!this.#signal.aborted) showError(failure);
    }
  }

  #listen() {
    listen(
      {},
      {
        signal: this.#signal,
        onState: (state) => {
          showConnection(state);
          document.documentElement.classList.toggle("stale", state === "lost");
        },
        // What the page could not read without a token it reads now.
        onOpen: () => this.#load(),
        onEvent: (event, data) => {
          if (event !== "jobs") return;
          this.#told = data.items;
          // Old jobs are told until they end.
          if (this.#list.update(data.items)) this.#load();
          this.#draw();
        },
      },
    );
  }

  #draw() {
    if (this.#total === null) return;
    this.#drawFilters();
    const { status, q } = this.#query;
    const { pinned, groups } = this.#list.sections({ status, text: q });
    const rows = new Map();
    const row = (job, history, options) => {
      const look = lookOf(job, history, options?.more, options?.open);
      const known = this.#rows.get(job.id);
      const node = known?.look === look ? known.node : this.#redraw(known, job, history, options);
      rows.set(job.id, { look, node });
      return node;
    };
    const top = pinned.map(({ job, history }) => row(job, history, { pinned: true }));
    const rest = groups.flatMap(({ name, jobs, history }) => this.#group(row, name, jobs, history));
    this.#rows = rows;
    // The title and the icon say how all jobs are, whatever the filter shows.
    const all = this.#list.jobs();
    const troubled = all.filter(needsAttention);
    showIcon(
      troubled.length ? stateTone(worst(troubled)) : all.some(isActive) ? "running" : "idle",
    );
    document.title = `${troubled.length ? `⚠ ${troubled.length} · ` : ""}Jobs · Ringhaul`;
    const shown = pinned.length + groups.reduce((sum, { jobs }) => sum + jobs.length, 0);
    say(this.#range, this.#rangeText(shown));
    if (!shown) return fill(this.#body, this.#nothing());
    return keep(this.#body, [
      ...(top.length ? [this.#table("Running and needing attention", true, top)] : []),
      ...(rest.length ? [this.#table("Ended", false, rest)] : []),
    ]);
  }

  #rangeText(shown) {
    if (this.#total > LIMIT) return `the newest ${count(LIMIT)} of ${count(this.#total)}`;
    return shown < this.#list.size ? `${count(shown)} of ${count(this.#list.size)}` : "";
  }

  /** The newest run, and the older ones of its name where they are wanted. */
  #group(row, name, jobs, history) {
    const open = this.#open.has(name);
    const toggle = () => {
      if (!this.#open.delete(name)) this.#open.add(name);
      this.#draw();
    };
    const [newest, ...older] = jobs;
    return [
      row(newest, history, { more: older.length, open, toggle }),
      ...(open ? older.map((job) => row(job, null, { older: true })) : []),
    ];
  }

  #redraw(known, job, history, options) {
    const node = jobRow(job, history, options);
    if (known?.node.contains(document.activeElement)) {
      const again = document.activeElement.tagName === "BUTTON" ? "button" : "a";
      queueMicrotask(() => node.querySelector(again)?.focus());
    }
    return node;
  }

  #table(title, pinned, rows) {
    if (!this.#tables.has(title)) {
      const body = h("tbody");
      const heads = headsOf(pinned).map(([text, place]) =>
        h("th", { scope: "col", class: place }, text),
      );
      const element = h(
        "section",
        { "aria-label": title },
        h("h2", { class: "section-title" }, title),
        h(
          "div",
          { class: "table-wrap" },
          h("table", { class: "jobs" }, h("thead", {}, h("tr", {}, heads)), body),
        ),
      );
      this.#tables.set(title, { element, body });
    }
    const { element, body } = this.#tables.get(title);
    keep(body, rows);
    return element;
  }

  #drawFilters() {
    const counts = this.#list.counts();
    const { status } = this.#query;
    this.#text.hidden = this.#total === 0;
    const chips = Object.entries(FILTERS)
      .filter(([name]) => counts.get(name) || name === status)
      .map(([name, word]) => [name, `${count(counts.get(name) ?? 0)} ${word}`]);
    const look = JSON.stringify([chips, status]);
    if (this.#filters.dataset.look === look) return;
    const focused = this.#filters.contains(document.activeElement);
    this.#filters.dataset.look = look;
    fill(
      this.#filters,
      chips.map(([name, text]) =>
        h(
          "button",
          {
            class: `count-filter state ${name}`,
            type: "button",
            "aria-pressed": String(name === status),
            "data-testid": `filter-${name}`,
            on: {
              click: () => this.#choose({ ...this.#query, status: name === status ? "" : name }),
            },
          },
          h("i", { class: "dot", "aria-hidden": "true" }),
          text,
        ),
      ),
    );
    if (focused) this.#filters.querySelector("[aria-pressed=true], button")?.focus();
  }

  /** A click anywhere in a row opens its job, unless text is being selected. */
  #follow(event) {
    if (event.target.closest("a, button") || String(getSelection())) return;
    const row = event.target.closest("[data-job]");
    if (row) go(jobAddress(row.dataset.job));
  }

  #nothing() {
    if (this.#query.q || this.#query.status)
      return empty("No job matches", "Change the search text or the state.");
    return empty(
      "No jobs yet",
      "Run an export or import with this job store, or start one here with New job.",
      this.#example,
    );
  }
}

function worst(jobs) {
  const place = (job) => TROUBLES.indexOf(stateTone(job));
  return jobs.reduce((one, other) => (place(other) < place(one) ? other : one));
}
