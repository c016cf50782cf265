// The tasks on a timeline, a lane for each worker, with zoom.

import { h, say } from "../core/dom.js";
import { count, duration, percent } from "../core/format.js";
import { onTheme } from "../core/theme.js";
import { describe } from "../state/partition.js";
import { noOftener, onResize, sharp } from "./canvas.js";
import { busyShare, endOf, firstAfter, lanesOf, spanOf } from "./gantt-lanes.js";
import { ganttLayout, paintGantt } from "./gantt-paint.js";

const HINT = "Point at a bar, or focus the timeline and use the arrow keys.";
const CLOSEST = 200;

export class Gantt {
  element = h("div", { class: "gantt-box" });
  #signal;
  #open;
  #canvas = h("canvas", { "aria-hidden": "true" });
  #field = h(
    "div",
    {
      class: "gantt",
      role: "slider",
      tabindex: "0",
      "aria-label": "Tasks over time",
      "data-testid": "gantt",
    },
    this.#canvas,
  );
  #summary = h("p", { class: "muted num" });
  #readout = h("p", { class: "readout num left", "aria-hidden": "true" }, HINT);
  #lanes = [];
  #span = { from: 0, to: 1 };
  #view = null;
  #chosen = null;
  #draw;

  constructor(signal, open) {
    this.#signal = signal;
    this.#open = open;
    this.#draw = noOftener(40, () => this.#paint(), signal);
    const zoom = [
      ["+", "Closer", () => this.#zoom(0.5)],
      ["−", "Wider", () => this.#zoom(2)],
      ["All", "All of it", () => this.#whole()],
    ].map(([text, label, work]) =>
      h(
        "button",
        {
          class: "button small",
          type: "button",
          "aria-label": label,
          title: label,
          on: { click: work },
        },
        text,
      ),
    );
    this.element.append(
      h("div", { class: "gantt-head" }, this.#summary, h("div", { class: "gantt-zoom" }, zoom)),
      h("div", { class: "gantt-scroll" }, this.#field),
      this.#readout,
    );
    this.#listen();
  }

  set(partitions) {
    this.#lanes = lanesOf(partitions);
    this.#span = spanOf(this.#lanes, Date.now());
    const tasks = this.#lanes.reduce((sum, { tasks: its }) => sum + its.length, 0);
    this.#field.dataset.tasks = tasks;
    this.#field.setAttribute("aria-valuemax", tasks);
    say(this.#summary, this.#summarize(tasks));
    this.#draw();
  }

  #summarize(tasks) {
    const now = Date.now();
    let longest = null;
    for (const { tasks: its } of this.#lanes) {
      for (const each of its)
        if (!longest || endOf(each, now) - each.begunAt > endOf(longest, now) - longest.begunAt)
          longest = each;
    }
    if (!longest) return "";
    const busy = percent(busyShare(this.#lanes, this.#span, now), 0);
    return `${count(tasks)} tasks, ${count(this.#lanes.length)} workers, busy ${busy} of the time. Longest: ${longest.number}, ${duration((endOf(longest, now) - longest.begunAt) / 1000)}.`;
  }

  #listen() {
    onResize(this.#field, this.#draw, this.#signal);
    onTheme(this.#draw, this.#signal);
    let grip = null;
    this.#field.addEventListener("pointerdown", (event) => {
      grip = { x: event.clientX, view: this.#shown(), moved: false };
      this.#field.setPointerCapture(event.pointerId);
    });
    this.#field.addEventListener("pointermove", (event) => {
      if (!grip) return this.#choose(this.#under(event));
      const by = ((grip.x - event.clientX) / this.#layout().plot) * (grip.view.to - grip.view.from);
      grip.moved ||= Math.abs(event.clientX - grip.x) > 4;
      if (grip.moved) this.#show(grip.view.from + by, grip.view.to + by);
      return undefined;
    });
    this.#field.addEventListener("pointerup", (event) => {
      if (grip && !grip.moved) {
        if (event.pointerType === "mouse") this.#enter(this.#under(event));
        else this.#choose(this.#under(event));
      }
      grip = null;
    });
    this.#field.addEventListener("pointercancel", () => (grip = null));
    this.#field.addEventListener("pointerleave", (event) => {
      if (event.pointerType === "mouse") this.#choose(null);
    });
    this.#field.addEventListener("blur", () => this.#choose(null));
    this.#field.addEventListener("keydown", (event) => this.#key(event));
    // Only with a modifier, so that the page still scrolls over the chart.
    this.#field.addEventListener(
      "wheel",
      (event) => {
        if (!event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        this.#zoom(event.deltaY > 0 ? 1.25 : 0.8, this.#timeAt(event));
      },
      { passive: false },
    );
  }

  #layout() {
    return ganttLayout(this.#field.clientWidth, this.#lanes.length);
  }

  #shown() {
    return this.#view ?? this.#span;
  }

  #timeAt(event) {
    const { left, plot } = this.#layout();
    const { from, to } = this.#shown();
    return (
      from +
      ((event.clientX - this.#field.getBoundingClientRect().left - left) / plot) * (to - from)
    );
  }

  #under(event) {
    const row = Math.floor(
      (event.clientY - this.#field.getBoundingClientRect().top) / this.#layout().lane,
    );
    const at = this.#timeAt(event);
    const tasks = this.#lanes[row]?.tasks ?? [];
    const index = firstAfter(tasks, at, Date.now());
    const { from, to } = this.#shown();
    const near = ((to - from) / this.#layout().plot) * 3;
    return index < tasks.length && tasks[index].begunAt <= at + near
      ? { row, index, task: tasks[index] }
      : null;
  }

  #zoom(by, around) {
    const { from, to } = this.#shown();
    const fixed = around ?? (this.#chosen ? this.#chosen.task.begunAt : (from + to) / 2);
    const width = Math.max(CLOSEST, (to - from) * by);
    const start = fixed - ((fixed - from) / (to - from)) * width;
    this.#show(start, start + width);
  }

  #show(from, to) {
    const width = to - from;
    if (width >= this.#span.to - this.#span.from) return this.#whole();
    const start = Math.max(this.#span.from, Math.min(this.#span.to - width, from));
    this.#view = { from: start, to: start + width };
    this.#draw();
    return undefined;
  }

  #whole() {
    this.#view = null;
    this.#draw();
  }

  #key(event) {
    const at = this.#chosen ?? { row: 0, index: -1 };
    const step = { ArrowRight: 1, ArrowLeft: -1, PageDown: 20, PageUp: -20 }[event.key];
    const side = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.#pick(at.row, at.index + step);
    else if (side && this.#chosen) this.#pickAside(side);
    else if (side) this.#pick(0, 0);
    else if (event.key === "Home") this.#pick(at.row, 0);
    else if (event.key === "End") this.#pick(at.row, Infinity);
    else if (event.key === "+" || event.key === "=") this.#zoom(0.5);
    else if (event.key === "-") this.#zoom(2);
    else if (event.key === "0") this.#whole();
    else if (event.key === "Escape") this.#choose(null);
    else if (event.key === "Enter") this.#enter(this.#chosen);
    else return;
    event.preventDefault();
  }

  #pick(row, index) {
    const tasks = this.#lanes[row]?.tasks;
    if (!tasks?.length) return;
    const kept = Math.max(0, Math.min(tasks.length - 1, index));
    this.#choose({ row, index: kept, task: tasks[kept] });
    const { from, to } = this.#shown();
    const { begunAt } = tasks[kept];
    if (begunAt < from || begunAt > to)
      this.#show(begunAt - (to - from) / 2, begunAt + (to - from) / 2);
  }

  #pickAside(side) {
    const row = Math.max(0, Math.min(this.#lanes.length - 1, this.#chosen.row + side));
    this.#pick(row, firstAfter(this.#lanes[row].tasks, this.#chosen.task.begunAt, Date.now()));
  }

  #choose(chosen) {
    if (!chosen && !this.#chosen) return;
    this.#chosen = chosen;
    const text = chosen ? describe(chosen.task, Date.now()) : HINT;
    say(this.#readout, text);
    this.#field.setAttribute(
      "aria-valuetext",
      chosen ? `${this.#lanes[chosen.row].name}, ${text}` : HINT,
    );
    this.#field.setAttribute("aria-valuenow", chosen ? chosen.index + 1 : 0);
    this.#draw();
  }

  #enter(chosen) {
    if (chosen) this.#open(chosen.task);
  }

  #paint() {
    const at = this.#layout();
    if (at.width <= 0 || !this.#lanes.length) return;
    paintGantt(
      sharp(this.#canvas, at.width, at.height),
      at,
      this.#lanes,
      this.#shown(),
      Date.now(),
      this.#chosen,
    );
  }
}
