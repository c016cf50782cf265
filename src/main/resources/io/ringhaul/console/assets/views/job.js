// One job: its head with the controls, its figures, and the tab that the address names.

import { fill, h, say } from "../core/dom.js";
import { shortId } from "../core/format.js";
import { go, jobAddress, jobsAddress } from "../core/router.js";
import { JobWatch } from "../state/job-watch.js";
import { isActive, stateWord } from "../state/job-state.js";
import { showError } from "../ui/notices.js";
import { badge, empty, labels } from "../ui/parts.js";
import { JobControls } from "./job-controls.js";
import { JobFigures } from "./job-figures.js";
import { showConnection } from "./shell.js";
import { TABS } from "./tabs.js";

export class JobView {
  #id;
  #watch;
  #signal;
  #host;
  #route = null;
  #tabs = new Map();
  #panel = h("div", { class: "panel", role: "tabpanel", id: "panel", tabindex: "-1" });
  #ending = null;
  #head = h("div", { class: "job-title" });
  #about = h("p", { class: "job-about muted" });
  #look = "";
  #error = h("p", { class: "job-error", hidden: true });

  constructor(host, id, signal) {
    this.#id = id;
    this.#signal = signal;
    this.#host = host;
    this.#watch = new JobWatch(id, signal);
    this.#watch.on("connection", showConnection, signal);
    this.#watch.on("failure", showError, signal);
    this.#watch.on("gone", () => this.#gone(), signal);
    this.#watch.on("job", (job) => this.#draw(job), signal);
    this.#watch.on("bottlenecks", () => this.#markBottlenecks(), signal);
    this.#build();
    this.#watch.open();
  }

  serves(route) {
    return route.job === this.#id;
  }

  show(route) {
    const same = this.#route?.tab === route.tab;
    this.#route = route;
    if (this.#watch.job && !(same && this.#panel.firstChild)) this.#open();
    this.#markTab();
  }

  #build() {
    const list = h("div", {
      class: "tabs",
      role: "tablist",
      "aria-label": "Job",
      on: { keydown: (event) => this.#tabKey(event) },
    });
    for (const [name, { label }] of Object.entries(TABS)) {
      const tab = h(
        "a",
        {
          role: "tab",
          href: jobAddress(this.#id, name),
          id: `tab-${name}`,
          "aria-controls": "panel",
          "data-testid": `tab-${name}`,
        },
        label,
      );
      tab.addEventListener("keydown", (event) => {
        if (event.key === " ") tab.click();
      });
      this.#tabs.set(name, tab);
      list.append(tab);
    }
    fill(
      this.#host,
      h(
        "nav",
        { class: "crumbs", "aria-label": "Where you are" },
        h("a", { href: jobsAddress() }, "Jobs"),
      ),
      h(
        "div",
        { class: "page-head" },
        this.#head,
        new JobControls(this.#watch, this.#signal).element,
      ),
      this.#about,
      this.#error,
      new JobFigures(this.#watch, this.#signal).element,
      list,
      this.#panel,
    );
  }

  #draw(job) {
    const look = JSON.stringify([job.name, job.description, job.labels, stateWord(job)]);
    if (look !== this.#look) this.#drawHead(job);
    this.#look = look;
    this.#error.hidden = !job.error || isActive(job);
    say(this.#error, job.error ?? "");
    if (!this.#panel.firstChild && this.#route) this.#open();
  }

  #drawHead(job) {
    document.title = `${job.name || job.id} · Ringhaul`;
    fill(this.#head, h("h1", {}, job.name || job.id), badge(job));
    fill(
      this.#about,
      h(
        "span",
        { title: job.id },
        [job.description, job.kind.toLowerCase(), shortId(job.id)].filter(Boolean).join(" · "),
      ),
      labels(job.labels),
    );
  }

  #open() {
    this.#ending?.abort();
    this.#ending = new AbortController();
    const signal = AbortSignal.any([this.#signal, this.#ending.signal]);
    const tab = TABS[this.#route.tab] ?? TABS.overview;
    this.#panel.setAttribute("aria-labelledby", `tab-${this.#route.tab}`);
    fill(this.#panel);
    tab.open(this.#panel, this.#watch, signal, this.#route);
  }

  #markTab() {
    for (const [name, tab] of this.#tabs) {
      const chosen = name === this.#route.tab;
      tab.setAttribute("aria-selected", chosen);
      tab.tabIndex = chosen ? 0 : -1;
      if (chosen) {
        const list = tab.parentElement;
        list.scrollLeft = tab.offsetLeft - (list.clientWidth - tab.clientWidth) / 2;
      }
    }
  }

  #markBottlenecks() {
    const open = [...this.#watch.bottlenecks.values()].filter((each) => each.open).length;
    const tab = this.#tabs.get("bottlenecks");
    fill(
      tab,
      TABS.bottlenecks.label,
      open ? h("span", { class: "count", "aria-label": `${open} open` }, String(open)) : null,
    );
  }

  #tabKey(event) {
    const names = [...this.#tabs.keys()];
    const at = names.indexOf(this.#route.tab);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: names.length - 1 }[
      event.key
    ];
    if (next === undefined) return;
    event.preventDefault();
    const name = names[(next + names.length) % names.length];
    go(jobAddress(this.#id, name));
    this.#tabs.get(name).focus();
  }

  #gone() {
    const back = h("a", { class: "button", href: jobsAddress() }, "All jobs");
    fill(
      this.#host,
      empty("There is no such job", `No job ${this.#id} is in this job store.`, back),
    );
  }
}
