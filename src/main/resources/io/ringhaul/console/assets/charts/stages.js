// The job's stages as a graph: a circle for each, as large as its share of the time.

import { h, fill, svg } from "../core/dom.js";
import { duration, percent } from "../core/format.js";
import { eachFrame, onResize } from "./canvas.js";

const NARROW = 620;
const LEAST = 5;
const MOST = 44;
const ABOUT = {
  plan: "Finds the ring and plans the tasks",
  wait: "Waits for the server, for a place among the requests in flight, or for its limits",
  decode: "Makes rows of what files hold",
  encode: "Makes of rows what the target takes",
  write: "Writes files",
  bind: "Makes statements of rows",
  commit: "Makes what is done durable and visible",
};
const ORDER = {
  EXPORT: ["plan", "wait", "decode", "encode", "write", "commit"],
  IMPORT: ["plan", "decode", "encode", "bind", "wait", "write", "commit"],
  DELETE: ["plan", "decode", "encode", "bind", "wait", "write", "commit"],
};

export function aboutStage(name) {
  return ABOUT[name] ?? "";
}

/** The stages that took time, in the order in which a row passes them; unknown ones come last. */
export function inOrder(stages, kind) {
  const order = ORDER[kind] ?? ORDER.EXPORT;
  const place = ({ name }) => (order.includes(name) ? order.indexOf(name) : order.length);
  return stages.filter((each) => each.seconds > 0).sort((a, b) => place(a) - place(b));
}

export class StageGraph {
  element = svg("svg", { class: "stage-graph", role: "img" });
  #stages = [];
  #draw;

  constructor(signal) {
    this.#draw = eachFrame(() => this.#paint(), signal);
    onResize(this.element, this.#draw, signal);
  }

  set(stages) {
    this.#stages = stages;
    this.element.setAttribute(
      "aria-label",
      stages.map((each) => `${each.name} ${percent(each.share)}`).join(", "),
    );
    this.#draw();
  }

  #paint() {
    const width = this.element.clientWidth;
    if (!width || !this.#stages.length) return;
    const narrow = width < NARROW;
    const count = this.#stages.length;
    const height = narrow ? count * 92 : 178;
    this.element.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.element.style.height = `${height}px`;
    const top = Math.max(...this.#stages.map((each) => each.share));
    const spots = this.#stages.map((each, i) => ({
      stage: each,
      x: narrow ? MOST + 2 : (width / count) * (i + 0.5),
      y: narrow ? 92 * (i + 0.5) : 56,
      r: LEAST + (MOST - LEAST) * Math.sqrt(Math.max(0, each.share)),
      first: each.share === top && top > 0,
    }));
    const links = spots.slice(1).map((spot, i) => link(spots[i], spot, narrow));
    fill(
      this.element,
      links,
      spots.map((spot) => node(spot, narrow)),
    );
  }
}

function link(from, to, narrow) {
  const gap = 5;
  const [x1, x2] = narrow ? [from.x, to.x] : [from.x + from.r + gap, to.x - to.r - gap];
  const [y1, y2] = narrow ? [from.y + from.r + gap, to.y - to.r - gap] : [from.y, to.y];
  const tip = narrow
    ? `M${x2 - 4} ${y2 - 6}L${x2} ${y2}L${x2 + 4} ${y2 - 6}`
    : `M${x2 - 6} ${y2 - 4}L${x2} ${y2}L${x2 - 6} ${y2 + 4}`;
  return svg(
    "g",
    { class: "stage-link" },
    svg("line", { x1, y1, x2, y2 }),
    svg("path", { d: tip }),
  );
}

function node({ stage, x, y, r, first }, narrow) {
  const text = narrow
    ? { x: 2 * MOST + 22, y: y - 6, anchor: "start" }
    : { x, y: 128, anchor: "middle" };
  return svg(
    "g",
    { class: `stage ${first ? "first" : ""}` },
    svg("title", {}, aboutStage(stage.name)),
    svg("circle", { cx: x, cy: y, r }),
    svg(
      "text",
      { x: text.x, y: text.y, "text-anchor": text.anchor, class: "stage-name" },
      stage.name,
    ),
    svg(
      "text",
      { x: text.x, y: text.y + 19, "text-anchor": text.anchor, class: "stage-share" },
      percent(stage.share),
    ),
    svg(
      "text",
      { x: text.x, y: text.y + 36, "text-anchor": text.anchor, class: "stage-time" },
      duration(stage.seconds),
    ),
  );
}

/** The stages as a table, with what each does and its latency. */
export function stageTable(stages, series) {
  const rows = stages.map(({ name, seconds, share }) => {
    const last = (metric) => series.points(`stage:${name}`, metric).at(-1)?.[1];
    const [p50, p99] = [last("p50_ms"), last("p99_ms")].map((each) =>
      each === undefined ? "–" : `${each.toFixed(1)} ms`,
    );
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, name),
      h("td", { class: "muted stage-about" }, aboutStage(name)),
      [percent(share), duration(seconds), p50, p99].map((each) =>
        h("td", { class: "num right" }, each),
      ),
    );
  });
  const heads = [
    ["Stage"],
    ["", "stage-about"],
    ["Share", "right"],
    ["Time", "right"],
    ["p50", "right"],
    ["p99", "right"],
  ];
  return h(
    "table",
    { class: "plain" },
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        heads.map(([text, place]) => h("th", { scope: "col", class: place }, text)),
      ),
    ),
    h("tbody", {}, rows),
  );
}
