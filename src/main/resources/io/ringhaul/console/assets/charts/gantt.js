// The tasks on a timeline, a lane for each worker. It shares its time and cursor with the charts.

import { fill, h } from "../core/dom.js";
import { count, duration, percent } from "../core/format.js";
import { onTheme } from "../core/theme.js";
import { describe, details } from "../state/partition.js";
import { segmented } from "../ui/segmented.js";
import { Tip } from "../ui/tip.js";
import { noOftener, onResize, sharp } from "./canvas.js";
import { BAR_MODES, barColouring } from "./gantt-colours.js";
import { endOf, firstAfter, lanesOf, occupiedShare, spanOf } from "./gantt-lanes.js";
import { ganttLayout, paintGantt } from "./gantt-paint.js";

const HINT = "None chosen; use the arrow keys.";
const CLOSEST = 200;
const DRAG = 5;

export class Gantt {
  element = h("div", { class: "gantt-box" });
  #signal;
  #axis;
  #select;
  #canvas = h("canvas", { "aria-hidden": "true" });
  #field = h(
    "div",
    {
      class: "gantt",
      role: "slider",
      tabindex: "0",
      "aria-label": "Tasks over time",
      "aria-valuemin": 0,
      "aria-valuemax": 0,
      "aria-valuenow": 0,
      "aria-valuetext": HINT,
      "data-testid": "gantt",
    },
    this.#canvas,
  );
  #summary = h("p", { class: "muted num" });
  #legend = h("div", { class: "legend" });
  #tip;
  #lanes = [];
  #series = null;
  #events = [];
  #mode = "work";
  #span = { from: 0, to: 1 };
  #chosen = null;
  #draw;

  /** `select` is called with the task that the reader clicks or enters. */
  constructor(axis, signal, select) {
    this.#axis = axis;
    this.#signal = signal;
    this.#select = select;
    this.#tip = new Tip(this.element);
    this.#draw = noOftener(40, () => this.#paint(), signal);
    const modes = segmented("Colour by", BAR_MODES, this.#mode, (mode) => {
      this.#mode = mode;
      this.#draw();
    });
    const zoom = [
      ["+", "Zoom in", () => this.#zoom(0.5)],
      ["−", "Zoom out", () => this.#zoom(2)],
      ["Fit", "Fit", () => axis.reset()],
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
      h(
        "div",
        { class: "gantt-head" },
        this.#summary,
        h("div", { class: "gantt-zoom" }, modes, zoom),
      ),
      h("div", { class: "gantt-scroll" }, this.#field),
      this.#legend,
    );
    this.#listen();
  }

  /** Takes the tasks, the series of the job and its events. */
  set(partitions, series, events) {
    this.#lanes = lanesOf(partitions);
    this.#series = series;
    this.#events = events;
    const { from, to } = spanOf(this.#lanes, Date.now());
    this.#axis.cover(from, to);
    this.#span = this.#axis.whole;
    const tasks = this.#lanes.reduce((sum, { tasks: its }) => sum + its.length, 0);
    this.#field.dataset.tasks = tasks;
    this.#field.setAttribute("aria-valuemax", tasks);
    this.#summarize(tasks);
    this.#draw();
  }

  #summarize(tasks) {
    const now = Date.now();
    const length = (each) => endOf(each, now) - each.begunAt;
    const all = this.#lanes.flatMap(({ tasks: its }) => its);
    if (!all.length) return fill(this.#summary);
    const longest = all.reduce((a, b) => (length(b) > length(a) ? b : a));
    const workers = this.#lanes.filter(({ name }) => name).length || this.#lanes.length;
    const busy = meanOf(this.#series.points("job", "worker_utilisation"));
    const share =
      busy === null
        ? `had tasks ${percent(occupiedShare(this.#lanes, this.#span, now), 0)} of the time`
        : `busy ${percent(busy, 0)} of the time`;
    const link = h(
      "button",
      { class: "link", type: "button", on: { click: () => this.#select(longest) } },
      `task ${longest.number} (${duration(length(longest) / 1000)})`,
    );
    return fill(
      this.#summary,
      `${count(tasks)} tasks, ${count(workers)} workers, ${share}. Longest: `,
      link,
    );
  }

  #listen() {
    onResize(this.#field, this.#draw, this.#signal);
    onTheme(this.#draw, this.#signal);
    this.#axis.onChange(this.#draw, this.#signal);
    let grip = null;
    this.#field.addEventListener("pointerdown", (event) => {
      grip = { x: event.clientX, at: this.#timeAt(event) };
      this.#field.setPointerCapture(event.pointerId);
    });
    this.#field.addEventListener("pointermove", (event) => {
      this.#axis.point(this.#timeAt(event));
      this.#choose(this.#under(event), event);
    });
    this.#field.addEventListener("pointerup", (event) => {
      const drags = grip && Math.abs(event.clientX - grip.x) > DRAG;
      if (drags && event.pointerType === "mouse") this.#axis.zoom(grip.at, this.#timeAt(event));
      else if (grip) this.#enter(this.#under(event));
      grip = null;
    });
    this.#field.addEventListener("dblclick", () => this.#axis.reset());
    this.#field.addEventListener("pointercancel", () => (grip = null));
    this.#field.addEventListener("pointerleave", (event) => {
      if (event.pointerType !== "mouse") return;
      this.#choose(null);
      this.#axis.point(null);
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
    return this.#axis.range ?? this.#span;
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
    if (width >= this.#span.to - this.#span.from) return this.#axis.reset();
    const start = Math.max(this.#span.from, Math.min(this.#span.to - width, from));
    return this.#axis.zoom(start, start + width);
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
    else if (event.key === "0") this.#axis.reset();
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

  #choose(chosen, event) {
    if (!chosen && !this.#chosen) return;
    this.#chosen = chosen;
    const now = Date.now();
    if (chosen) this.#tip.show(...this.#placeOf(chosen, event), details(chosen.task, now));
    else this.#tip.hide();
    this.#field.setAttribute(
      "aria-valuetext",
      chosen ? `${this.#lanes[chosen.row].name} ${describe(chosen.task, now)}`.trim() : HINT,
    );
    this.#field.setAttribute("aria-valuenow", chosen ? chosen.index + 1 : 0);
    this.#draw();
  }

  /** The point of the pointer, or of the task for one that was chosen by key. */
  #placeOf({ row, task }, event) {
    const host = this.element.getBoundingClientRect();
    if (event) return [event.clientX - host.left, event.clientY - host.top];
    const { left, lane, plot } = this.#layout();
    const box = this.#field.getBoundingClientRect();
    const { from, to } = this.#shown();
    const x = left + ((task.begunAt - from) / (to - from)) * plot;
    return [box.left - host.left + x, box.top - host.top + (row + 1) * lane];
  }

  #enter(chosen) {
    if (chosen) this.#select(chosen.task);
  }

  #paint() {
    const at = this.#layout();
    if (at.width <= 0 || !this.#lanes.length) return;
    const now = Date.now();
    const { parts, legend } = barColouring(this.#mode, this.#lanes, this.#series, now);
    fill(this.#legend, legend);
    paintGantt(sharp(this.#canvas, at.width, at.height), at, {
      lanes: this.#lanes,
      view: this.#shown(),
      now,
      chosen: this.#chosen,
      partsOf: parts,
      events: this.#events,
      cursor: this.#axis.cursor,
    });
  }
}

function meanOf(points) {
  return points.length ? points.reduce((sum, [, value]) => sum + value, 0) / points.length : null;
}
