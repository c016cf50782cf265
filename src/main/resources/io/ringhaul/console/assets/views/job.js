// One job: its head and the tab that the address names.

import { fill, h } from "../core/dom.js";
import { go, jobAddress, jobsAddress } from "../core/router.js";
import { isActive, needsAttention, stateTone } from "../state/job-state.js";
import { JobWatch } from "../state/job-watch.js";
import { retractError, showError } from "../ui/notices.js";
import { empty } from "../ui/parts.js";
import { showIcon } from "../ui/favicon.js";
import { JobHead } from "./job-head.js";
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

  constructor(host, id, signal) {
    this.#id = id;
    this.#signal = signal;
    this.#host = host;
    this.#watch = new JobWatch(id, signal);
    this.#watch.on("connection", showConnection, signal);
    this.#watch.on("failure", showError, signal);
    this.#watch.on("recovery", retractError, signal);
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
        if (event.key !== " ") return;
        event.preventDefault();
        tab.click();
      });
      this.#tabs.set(name, tab);
      list.append(tab);
    }
    fill(this.#host, new JobHead(this.#watch, this.#signal).element, list, this.#panel);
    this.#signal.addEventListener("abort", () => showIcon("idle"), { once: true });
  }

  #draw(job) {
    showIcon(needsAttention(job) ? stateTone(job) : isActive(job) ? "running" : "idle");
    this.#markBottlenecks();
    if (!this.#panel.firstChild && this.#route) this.#open();
  }

  #open() {
    this.#ending?.abort();
    this.#ending = new AbortController();
    const signal = AbortSignal.any([this.#signal, this.#ending.signal]);
    const name = this.#tabName();
    const tab = TABS[name];
    this.#panel.setAttribute("aria-labelledby", `tab-${name}`);
    fill(this.#panel);
    tab.open(this.#panel, this.#watch, signal, this.#route);
  }

  #tabName() {
    return Object.hasOwn(TABS, this.#route.tab) ? this.#route.tab : "overview";
  }

  #markTab() {
    for (const [name, tab] of this.#tabs) {
      const chosen = name === this.#tabName();
      tab.setAttribute("aria-selected", chosen);
      tab.tabIndex = chosen ? 0 : -1;
      if (chosen) {
        const list = tab.parentElement;
        list.scrollLeft = tab.offsetLeft - (list.clientWidth - tab.clientWidth) / 2;
      }
    }
  }

  #markBottlenecks() {
    const active = this.#watch.job && isActive(this.#watch.job);
    const open = [...this.#watch.bottlenecks.values()].filter((each) => active && each.open).length;
    const label = `${open} open ${open === 1 ? "bottleneck" : "bottlenecks"}`;
    fill(
      this.#tabs.get("tuning"),
      TABS.tuning.label,
      open ? h("span", { class: "count", title: label }, String(open)) : null,
    );
  }

  #tabKey(event) {
    const names = [...this.#tabs.keys()];
    const at = names.indexOf(this.#tabName());
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
    document.title = "Job not found · Ringhaul";
    fill(
      this.#host,
      empty(
        h("h1", { class: "empty-title" }, "Job not found"),
        `This job store has no job ${this.#id}. It may have been deleted.`,
        back,
      ),
    );
  }
}
