// Latency by node and time: the darker a cell, the slower the node was then.

import { h, say } from "../core/dom.js";
import { clock, millis } from "../core/format.js";
import { colour, onTheme } from "../core/theme.js";
import { font, noOftener, onPointer, onResize, sharp } from "./canvas.js";
import { shade } from "./ramp.js";
import { timeTicks } from "./scale.js";

const ROW = 30;
const CELL = 9;
const AXIS = 24;
const HINT = "Point at a cell, or use the arrow keys.";

export class HeatMap {
  element = h("div", { class: "heat-box" });
  #canvas = h("canvas", { "aria-hidden": "true" });
  #field = h(
    "div",
    {
      class: "heat",
      role: "slider",
      tabindex: "0",
      "aria-label": "p99 latency by node and time",
      "aria-valuemin": 0,
      "aria-valuemax": 0,
      "aria-valuenow": 0,
      "aria-valuetext": HINT,
      "data-testid": "heat",
    },
    this.#canvas,
  );
  #low = h("span", { class: "num" });
  #high = h("span", { class: "num" });
  #readout = h("p", { class: "readout num left", "aria-hidden": "true" }, HINT);
  #rows = [];
  #cells = [];
  #span = { from: 0, to: 1, columns: 1 };
  #chosen = null;
  #gutter = 80;
  #axis;
  #draw;

  constructor(axis, signal) {
    this.#axis = axis;
    axis.onChange(() => this.#draw(), signal);
    this.#draw = noOftener(150, () => this.#paint(), signal);
    const legend = h(
      "div",
      { class: "legend" },
      h(
        "span",
        { class: "legend-scale" },
        this.#low,
        h("i", { class: "ramp", "aria-hidden": "true" }),
        this.#high,
      ),
    );
    this.element.append(this.#field, h("div", { class: "heat-foot" }, this.#readout, legend));
    onResize(this.#field, this.#draw, signal);
    onTheme(this.#draw, signal);
    onPointer(
      this.#field,
      (event) => {
        this.#choose(this.#under(event));
        this.#axis.point(this.#timeOf(this.#chosen));
      },
      () => {
        this.#choose(null);
        this.#axis.point(null);
      },
    );
    this.#field.addEventListener("blur", () => this.#choose(null));
    this.#field.addEventListener("keydown", (event) => this.#key(event));
  }

  /** `rows`: for each node its name and its points [epoch milliseconds, milliseconds]. */
  set(rows) {
    this.#rows = rows;
    this.#field.dataset.nodes = rows.length;
    this.#draw();
  }

  #layout() {
    const width = this.#field.clientWidth;
    const left = this.#gutter;
    return { width, left, plot: width - left, height: this.#rows.length * ROW + AXIS };
  }

  /** The worst value of each node in each stretch of time. */
  #bin(plot) {
    const ends = this.#rows.flatMap(({ points }) => [points[0][0], points[points.length - 1][0]]);
    this.#axis.cover(Math.min(...ends), Math.max(...ends));
    const { from, to: last } = this.#axis.range;
    const columns = Math.max(
      1,
      Math.min(Math.floor(plot / CELL), Math.ceil((last - from) / 1000) || 1),
    );
    const to = Math.max(last, from + 1000);
    this.#span = { from, to, columns };
    this.#cells = this.#rows.map(({ points }) => {
      const cells = new Array(columns).fill(null);
      for (const [at, value] of points) {
        if (at < from || at > to) continue;
        const column = Math.min(columns - 1, Math.floor(((at - from) / (to - from)) * columns));
        cells[column] = Math.max(cells[column] ?? 0, value);
      }
      return cells;
    });
  }

  /** As wide as the longest name, but never more than a third. */
  #measure() {
    const context = this.#canvas.getContext("2d");
    context.font = font(12);
    const longest = Math.max(...this.#rows.map(({ name }) => context.measureText(name).width));
    this.#gutter = Math.min(this.#field.clientWidth / 3, longest + 14);
  }

  #paint() {
    if (this.#rows.length) this.#measure();
    const at = this.#layout();
    if (at.plot <= 0 || !this.#rows.length) return;
    this.#bin(at.plot);
    const values = this.#cells.flat().filter((each) => each !== null);
    const low = Math.max(
      0.1,
      values.reduce((a, b) => Math.min(a, b), Infinity),
    );
    const high = Math.max(
      low * 1.5,
      values.reduce((a, b) => Math.max(a, b), 0),
    );
    say(this.#low, millis(low));
    say(this.#high, millis(high));
    const context = sharp(this.#canvas, at.width, at.height);
    const width = at.plot / this.#span.columns;
    this.#cells.forEach((cells, row) => {
      cells.forEach((value, column) => {
        if (value === null) return;
        // By logarithm, as latency is judged by how many times slower it has become.
        context.fillStyle = shade(Math.log(Math.max(low, value) / low) / Math.log(high / low));
        context.fillRect(
          at.left + column * width,
          row * ROW + 1,
          width - (width > 5 ? 1 : 0),
          ROW - 2,
        );
      });
    });
    this.#paintLabels(context, at);
    this.#paintCursor(context, at);
    if (this.#chosen) {
      context.strokeStyle = colour("--ink");
      context.lineWidth = 2;
      context.strokeRect(
        at.left + this.#chosen.column * width,
        this.#chosen.row * ROW + 1,
        width - 1,
        ROW - 2,
      );
    }
  }

  #paintCursor(context, at) {
    const { cursor } = this.#axis;
    const { from, to } = this.#span;
    if (cursor === null || this.#chosen || cursor < from || cursor > to) return;
    const x = at.left + ((cursor - from) / (to - from)) * at.plot;
    context.fillStyle = colour("--ink");
    context.fillRect(x, 0, 1, this.#rows.length * ROW);
  }

  #paintLabels(context, at) {
    context.font = font(12);
    context.textBaseline = "middle";
    context.fillStyle = colour("--muted");
    context.textAlign = "left";
    this.#rows.forEach(({ name }, row) =>
      context.fillText(name, 0, row * ROW + ROW / 2, at.left - 8),
    );
    context.font = font(11);
    context.fillStyle = colour("--faint");
    context.textAlign = "center";
    const { from, to } = this.#span;
    for (const time of timeTicks(from, to, Math.max(2, Math.floor(at.plot / 110)))) {
      const x = at.left + ((time - from) / (to - from)) * at.plot;
      context.fillText(
        clock(time),
        Math.min(at.width - 26, Math.max(at.left + 26, x)),
        at.height - 10,
      );
    }
  }

  #under(event) {
    const box = this.#field.getBoundingClientRect();
    const { left, plot } = this.#layout();
    const column = Math.floor(((event.clientX - box.left - left) / plot) * this.#span.columns);
    const row = Math.floor((event.clientY - box.top) / ROW);
    return this.#cells[row]?.[column] === undefined ? null : { row, column };
  }

  #key(event) {
    const [rows, columns] = [this.#cells.length, this.#span.columns];
    const step = {
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
      Home: [0, -columns],
      End: [0, columns],
      PageUp: [0, -10],
      PageDown: [0, 10],
    }[event.key];
    if (event.key === "Escape") this.#choose(null);
    else if (!step) return;
    else {
      const { row, column } = this.#chosen ?? { row: 0, column: columns };
      this.#choose({ row: clamp(row + step[0], rows), column: clamp(column + step[1], columns) });
    }
    event.preventDefault();
  }

  #choose(chosen) {
    if (!chosen && !this.#chosen) return;
    this.#chosen = chosen;
    const text = chosen ? this.#describe(chosen) : HINT;
    say(this.#readout, text);
    this.#field.setAttribute("aria-valuetext", text);
    this.#field.setAttribute("aria-valuemax", this.#span.columns);
    this.#field.setAttribute("aria-valuenow", chosen ? chosen.column : 0);
    this.#draw();
  }

  /** The middle of a cell's time; null for none. */
  #timeOf(chosen) {
    if (!chosen) return null;
    const { from, to, columns } = this.#span;
    return from + ((chosen.column + 0.5) / columns) * (to - from);
  }

  #describe({ row, column }) {
    const value = this.#cells[row][column];
    const text = value === null || value === undefined ? "no requests" : `p99 ${millis(value)}`;
    return `${this.#rows[row].name} at ${clock(this.#timeOf({ column }))}: ${text}`;
  }
}

function clamp(value, size) {
  return Math.max(0, Math.min(size - 1, value));
}
