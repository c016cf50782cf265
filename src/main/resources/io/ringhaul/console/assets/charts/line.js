// A line chart over time, in SVG: a title, what each line is and stands at, and a cursor.

import { fill, h, say, svg } from "../core/dom.js";
import { clock, compact } from "../core/format.js";
import { noOftener, onPointer, onResize } from "./canvas.js";
import { fewer, nearest, ticks, timeTicks } from "./scale.js";

const PAD = { top: 10, right: 8, bottom: 20, left: 52 };

export class LineChart {
  element;
  #lines;
  #options;
  #signal;
  #plot;
  #values = [];
  #note = h("span", { class: "chart-at muted num" });
  #cursor = null;
  #draw;
  #scale = null;

  /**
   * `lines`: for each a label and a tone, and whether it is filled below. Options: `title`, `format`
   * of values, `tick` of an axis' values, `height`, `id` for tests, `binary` steps, `top` as the least
   * upper end.
   */
  constructor(lines, options, signal) {
    this.#lines = lines.map((each) => ({ ...each, points: [] }));
    this.#options = { height: 150, tick: compact, ...options };
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
        h("span", { class: "keys" }, keys),
      ),
      this.#plot,
    );
    this.#draw = noOftener(150, () => this.#paint(), signal);
    this.#listen();
  }

  /** One list of points [epoch milliseconds, value] for each line. */
  set(lists) {
    this.#lines.forEach((line, i) => (line.points = lists[i] ?? []));
    this.element.dataset.points = Math.max(0, ...this.#lines.map((line) => line.points.length));
    this.#draw();
  }

  /** Reads the values otherwise from now on. */
  format({ format, tick, binary }) {
    Object.assign(this.#options, { format, tick, binary });
    this.#draw();
  }

  #listen() {
    onResize(this.#plot, () => this.#draw(), this.#signal);
    onPointer(
      this.#plot,
      (event) => this.#point(event.clientX - this.#plot.getBoundingClientRect().left),
      () => this.#move(null),
    );
    this.#plot.addEventListener("blur", () => this.#move(null));
    this.#plot.addEventListener("keydown", (event) => this.#key(event));
  }

  #point(x) {
    if (!this.#scale) return;
    const { from, to, width } = this.#scale;
    const at = from + ((x - PAD.left) / (width - PAD.left - PAD.right)) * (to - from);
    this.#move(Math.max(from, Math.min(to, at)));
  }

  #key(event) {
    const points = this.#lines[0].points;
    if (!points.length) return;
    const at = this.#cursor === null ? points.length : nearest(points, this.#cursor);
    const next = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      Home: 0,
      End: points.length - 1,
      PageUp: at - 30,
      PageDown: at + 30,
    }[event.key];
    if (event.key === "Escape") this.#move(null);
    else if (next === undefined) return;
    else this.#move(points[Math.max(0, Math.min(points.length - 1, next))][0]);
    event.preventDefault();
  }

  #move(at) {
    this.#cursor = at;
    this.#draw();
  }

  #paint() {
    const { format, height, title, tick } = this.#options;
    const lines = this.#lines;
    const width = this.#plot.clientWidth;
    const all = lines.flatMap((line) =>
      line.points.length ? [line.points[0][0], line.points[line.points.length - 1][0]] : [],
    );
    const at = (line) =>
      line.points.length
        ? line.points[
            this.#cursor === null ? line.points.length - 1 : nearest(line.points, this.#cursor)
          ][1]
        : null;
    lines.forEach((line, i) => say(this.#values[i], format(at(line))));
    say(this.#note, this.#cursor === null ? "" : clock(this.#cursor));
    this.#plot.setAttribute(
      "aria-label",
      `${title}: ${lines.map((line) => `${line.label ?? ""} ${format(at(line))}`).join(", ")}${this.#cursor === null ? "" : ` at ${clock(this.#cursor)}`}`,
    );
    if (!width) return;
    this.#plot.setAttribute("viewBox", `0 0 ${width} ${height}`);
    if (all.length < 2 || Math.min(...all) === Math.max(...all)) {
      this.#scale = null;
      fill(
        this.#plot,
        svg(
          "text",
          { x: width / 2, y: height / 2, class: "plot-empty" },
          all.length ? "The first points are on their way." : "Nothing measured.",
        ),
      );
      return;
    }
    const [from, to] = [Math.min(...all), Math.max(...all)];
    const drawn = lines.map((line) => fewer(line.points, Math.max(60, Math.floor(width / 1.5))));
    const top = Math.max(
      this.#options.top ?? 0,
      ...drawn.map((points) => points.reduce((most, [, value]) => Math.max(most, value), 0)),
    );
    const marks = ticks(top, 3, this.#options.binary);
    const most = marks[marks.length - 1];
    this.#scale = { from, to, width };
    const x = (time) => PAD.left + ((time - from) / (to - from)) * (width - PAD.left - PAD.right);
    const y = (value) => height - PAD.bottom - (value / most) * (height - PAD.top - PAD.bottom);
    fill(
      this.#plot,
      marks.map((value) => [
        svg("line", {
          x1: PAD.left,
          x2: width - PAD.right,
          y1: y(value),
          y2: y(value),
          class: value === 0 ? "axis" : "grid",
        }),
        svg("text", { x: PAD.left - 8, y: y(value) + 4, class: "tick end" }, tick(value)),
      ]),
      timeTicks(from, to, Math.max(2, Math.floor(width / 110))).map((time) =>
        svg(
          "text",
          {
            x: Math.min(width - 28, Math.max(PAD.left, x(time))),
            y: height - 5,
            class: "tick middle",
          },
          clock(time),
        ),
      ),
      lines.map((line, i) => path(line, drawn[i], x, y)),
      this.#marker(lines, x, y, height),
    );
  }

  #marker(lines, x, y, height) {
    if (this.#cursor === null) return null;
    const dots = lines
      .filter((line) => line.points.length)
      .map((line) => line.points[nearest(line.points, this.#cursor)])
      .map(([time, value], i) =>
        svg("circle", { cx: x(time), cy: y(value), r: 3.5, class: `point ${lines[i].tone}` }),
      );
    return [
      svg("line", {
        x1: x(this.#cursor),
        x2: x(this.#cursor),
        y1: PAD.top,
        y2: height - PAD.bottom,
        class: "cursor",
      }),
      dots,
    ];
  }
}

function path(line, points, x, y) {
  if (points.length < 2) return null;
  const steps = points
    .map(([time, value]) => `${x(time).toFixed(1)} ${y(value).toFixed(1)}`)
    .join("L");
  const [first, last] = [points[0], points[points.length - 1]];
  const area = `M${x(first[0]).toFixed(1)} ${y(0)}L${steps}L${x(last[0]).toFixed(1)} ${y(0)}Z`;
  return [
    line.filled ? svg("path", { d: area, class: `area ${line.tone}` }) : null,
    svg("path", { d: `M${steps}`, class: `line ${line.tone}` }),
  ];
}
