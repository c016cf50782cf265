// A line chart over time, in SVG. All charts of a job share the time that they show and the cursor.

import { fill, h, say, svg } from "../core/dom.js";
import { clock, compact } from "../core/format.js";
import { noOftener, onResize } from "./canvas.js";
import { axes, cursorMarks, eventMarks, layOut, limitLine, paths } from "./line-paint.js";
import { nearest } from "./scale.js";

const DRAG = 5;
/** The height of a chart that stays without measurements. */
const BLANK = 44;

export class LineChart {
  element;
  #lines;
  #options;
  #signal;
  #axis;
  #plot;
  #values = [];
  #note = h("span", { class: "chart-at muted num" });
  #limit = h("span", { class: "key num", hidden: true });
  #events = [];
  #drag = null;
  #draw;
  #scale = null;

  /**
   * `lines`: for each a label and a tone, whether it is filled below, and whether it is smoothed.
   * Options: `title`, `format` of values, `tick` of an axis' values and `unitTick` of the highest
   * one, `height`, `id` for tests, `binary` steps, `top` as the least upper end, `log` for a
   * logarithmic scale; as functions `limit` with a value and its label or null, `nothing` with
   * what to say without measurements, and `over` whether to tell means instead of the last values.
   */
  constructor(lines, options, axis, signal) {
    this.#lines = lines.map((each) => ({ ...each, points: [] }));
    this.#options = {
      height: 150,
      tick: compact,
      nothing: () => "No measurements",
      over: () => false,
      ...options,
    };
    this.#axis = axis;
    this.#signal = signal;
    this.#plot = svg("svg", {
      class: "plot",
      height: this.#options.height,
      role: "img",
      tabindex: "0",
    });
    const keys = this.#lines.map((line) => {
      const value = h("b", { class: "num" }, "–");
      this.#values.push(value);
      const swatch = h("i", { class: `swatch ${line.tone}`, "aria-hidden": "true" });
      return h("span", { class: "key" }, swatch, line.label ? `${line.label} ` : null, value);
    });
    this.element = h(
      "figure",
      { class: "chart", "data-testid": options.id, "data-points": "0" },
      h(
        "figcaption",
        {},
        h("span", { class: "chart-title" }, options.title),
        options.extra ?? null,
        this.#note,
        h("span", { class: "keys" }, this.#limit, keys),
      ),
      this.#plot,
    );
    this.#draw = noOftener(100, () => this.#paint(), signal);
    this.#listen();
  }

  /** One list of points [epoch milliseconds, value] for each line. */
  set(lists) {
    this.#lines.forEach((line, i) => (line.points = lists[i] ?? []));
    this.element.dataset.points = Math.max(0, ...this.#lines.map((line) => line.points.length));
    for (const points of lists)
      if (points?.length) this.#axis.cover(points[0][0], points[points.length - 1][0]);
    this.#draw();
  }

  /** Events to mark, each with `at`, `until` where it lasted, `kind` and `text`. */
  mark(events) {
    this.#events = events;
    this.#draw();
  }

  /** Changes options such as the format of values. */
  change(options) {
    Object.assign(this.#options, options);
    this.#draw();
  }

  #listen() {
    const plot = this.#plot;
    onResize(plot, () => this.#draw(), this.#signal);
    this.#axis.onChange(() => this.#draw(), this.#signal);
    plot.addEventListener("pointerdown", (event) => {
      this.#axis.point(this.#timeAt(event));
      if (event.pointerType !== "mouse" || event.button) return;
      this.#drag = { x: event.clientX, at: this.#timeAt(event) };
      plot.setPointerCapture(event.pointerId);
    });
    plot.addEventListener("pointermove", (event) => this.#axis.point(this.#timeAt(event)));
    plot.addEventListener("pointerup", (event) => {
      const drag = this.#drag;
      this.#drag = null;
      if (drag && Math.abs(event.clientX - drag.x) > DRAG)
        this.#axis.zoom(drag.at, this.#timeAt(event));
    });
    plot.addEventListener("pointercancel", () => (this.#drag = null));
    plot.addEventListener("dblclick", () => this.#axis.reset());
    plot.addEventListener("pointerleave", (event) => {
      // What a finger has chosen stays to be read.
      if (event.pointerType === "mouse") this.#axis.point(null);
    });
    plot.addEventListener("blur", () => this.#axis.point(null));
    plot.addEventListener("keydown", (event) => this.#key(event));
  }

  #timeAt(event) {
    if (!this.#scale) return null;
    const { from, to, timeAt } = this.#scale;
    const at = timeAt(event.clientX - this.#plot.getBoundingClientRect().left);
    return Math.max(from, Math.min(to, at));
  }

  #key(event) {
    const points = this.#lines[0].points;
    if (!points.length) return;
    const { cursor } = this.#axis;
    const at = cursor === null ? points.length : nearest(points, cursor);
    const next = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      Home: 0,
      End: points.length - 1,
      PageUp: at - 30,
      PageDown: at + 30,
    }[event.key];
    if (event.key === "Escape") this.#axis.point(null);
    else if (event.key === "+" || event.key === "=") this.#zoom(0.5);
    else if (event.key === "-") this.#zoom(2);
    else if (event.key === "0") this.#axis.reset();
    else if (next === undefined) return;
    else this.#axis.point(points[Math.max(0, Math.min(points.length - 1, next))][0]);
    event.preventDefault();
  }

  #zoom(by) {
    if (!this.#scale) return;
    const { from, to } = this.#scale;
    const around = this.#axis.cursor ?? (from + to) / 2;
    const [left, right] = [around - (around - from) * by, around + (to - around) * by];
    const { whole } = this.#axis;
    if (left <= whole.from && right >= whole.to) this.#axis.reset();
    else this.#axis.zoom(Math.max(left, whole.from), Math.min(right, whole.to));
  }

  #tellValues() {
    const { format, title, over } = this.#options;
    const { cursor } = this.#axis;
    const isOver = over();
    const texts = this.#lines.map(({ points }) => {
      if (!points.length) return format(null);
      if (cursor === null) return format(isOver ? mean(points) : points[points.length - 1][1]);
      const [at, value] = points[nearest(points, cursor)];
      return format(Math.abs(at - cursor) < 5_000 + this.#spread() ? value : null);
    });
    texts.forEach((text, i) => say(this.#values[i], text));
    const hasMean = isOver && this.#lines.some(({ points }) => points.length > 1);
    say(this.#note, cursor === null ? (hasMean ? "mean" : "") : clock(cursor));
    const named = this.#lines.map(({ label }, i) => `${label ?? ""} ${texts[i]}`.trim());
    this.#plot.setAttribute(
      "aria-label",
      `${title}: ${named.join(", ")}${cursor === null ? "" : ` at ${clock(cursor)}`}`,
    );
  }

  /** The key of the dashed line; the chart's own lines would run through a label beside it. */
  #tellLimit(bound) {
    this.#limit.hidden = !bound;
    if (!bound || this.#limit.textContent === bound.label) return;
    fill(this.#limit, h("i", { class: "swatch limit", "aria-hidden": "true" }), bound.label);
  }

  /** Points of a long job are far apart; the cursor may be as far from the nearest one. */
  #spread() {
    return this.#scale ? (this.#scale.to - this.#scale.from) / 200 : 0;
  }

  #paint() {
    const { height, tick, unitTick, limit } = this.#options;
    const width = this.#plot.clientWidth;
    this.#tellValues();
    const bound = limit?.() ?? null;
    this.#tellLimit(bound);
    if (!width) return;
    const { range } = this.#axis;
    const hasRange = range !== null && range.from < range.to;
    const measured = hasRange && this.#lines.some(({ points }) => points.length);
    // An ended job without measurements will have none.
    const tall = measured || !this.#options.over() ? height : BLANK;
    const box = `0 0 ${width} ${tall}`;
    if (this.#plot.getAttribute("viewBox") !== box) {
      // Each change makes the browser lay out the page again.
      this.#plot.setAttribute("height", tall);
      this.#plot.setAttribute("viewBox", box);
    }
    if (!measured) {
      this.#scale = null;
      const text = this.#options.nothing();
      fill(this.#plot, svg("text", { x: width / 2, y: tall / 2, class: "plot-empty" }, text));
      return;
    }
    const scale = layOut(this.#lines, {
      ...this.#options,
      width,
      ...range,
      limit: bound?.value,
    });
    this.#scale = scale;
    fill(
      this.#plot,
      axes(scale, tick, unitTick ?? tick),
      eventMarks(this.#events, scale),
      bound ? limitLine(bound.value, scale) : null,
      paths(this.#lines, scale),
      this.#selection(scale),
      cursorMarks(this.#lines, this.#axis.cursor, scale),
    );
  }

  /** The range that is being dragged over. */
  #selection({ x, height }) {
    const { cursor } = this.#axis;
    if (!this.#drag || cursor === null) return null;
    const [left, right] = [x(this.#drag.at), x(cursor)].sort((a, b) => a - b);
    return svg("rect", { x: left, width: right - left, y: 0, height, class: "selection" });
  }
}

function mean(points) {
  return points.reduce((sum, [, value]) => sum + value, 0) / points.length;
}
