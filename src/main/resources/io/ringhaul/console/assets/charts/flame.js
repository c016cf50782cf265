// A flame graph: each box is a frame, as wide as its samples. Click zooms, search marks.

import { fill, h, say, svg } from "../core/dom.js";
import { count, percent } from "../core/format.js";
import { eachFrame, onResize } from "./canvas.js";
import { boxes, family, matched, prepare, shortName } from "./flame-layout.js";

const ROW = 20;
const LETTER = 6.7;
const HINT = "Click a frame or press Enter to zoom in, Escape to zoom out.";

export class Flame {
  element = h("div", { class: "flame-box" });
  #plot = svg("svg", {
    class: "flame",
    role: "group",
    "aria-label": "Flame graph",
    "data-testid": "flame",
  });
  #search = h("input", {
    type: "search",
    placeholder: "Search frames",
    "aria-label": "Search frames",
    "data-testid": "flame-search",
  });
  #found = h("span", { class: "muted num", role: "status" });
  #readout = h("p", { class: "readout num left sticky" }, HINT);
  #frames = [];
  #zoomed = null;
  #nodes = new Map();
  #current = null;
  #draw;

  constructor(signal) {
    this.#draw = eachFrame(() => this.#paint(), signal);
    const keys = [
      ["own", "Ringhaul"],
      ["driver", "Driver"],
      ["library", "Libraries"],
      ["jdk", "JDK"],
    ].map(([tone, label]) =>
      h(
        "span",
        { class: "key" },
        h("i", { class: `swatch ${tone}`, "aria-hidden": "true" }),
        label,
      ),
    );
    this.element.append(
      h(
        "div",
        { class: "filters flush" },
        this.#search,
        this.#found,
        h("div", { class: "legend right" }, keys),
      ),
      this.#readout,
      this.#plot,
    );
    this.#search.addEventListener("input", this.#draw);
    this.#plot.addEventListener("click", (event) => this.#zoom(this.#at(event)));
    this.#plot.addEventListener("pointermove", (event) => this.#tell(this.#at(event)));
    this.#plot.addEventListener("pointerleave", () => this.#tell(null));
    this.#plot.addEventListener("focusin", (event) => this.#tell(this.#at(event)));
    this.#plot.addEventListener("keydown", (event) => this.#key(event));
    onResize(this.element, this.#draw, signal);
  }

  /** Takes the tree of a profile. */
  set(root) {
    this.#frames = prepare(root);
    this.#zoomed = this.#frames[0];
    this.#current = this.#zoomed;
    this.#draw();
  }

  #at(event) {
    const id = event.target.closest?.("[data-frame]")?.dataset.frame;
    return id === undefined ? null : this.#frames[Number(id)];
  }

  #zoom(frame) {
    if (!frame) return;
    this.#zoomed = frame;
    this.#current = frame;
    this.#draw();
  }

  #tell(frame) {
    if (!frame) return say(this.#readout, HINT);
    const all = this.#frames[0].value;
    return say(
      this.#readout,
      `${frame.name} · ${count(frame.value)} samples · ${percent(frame.value / all)}`,
    );
  }

  #key(event) {
    const frame = this.#current;
    if (!frame) return;
    const beside = (by) => frame.parent?.children[frame.parent.children.indexOf(frame) + by];
    const moves = {
      ArrowUp: () => frame.parent,
      ArrowDown: () => frame.children[0],
      ArrowLeft: () => beside(-1),
      ArrowRight: () => beside(1),
      Home: () => this.#frames[0],
    };
    if (event.key === "Enter" || event.key === " ") this.#zoom(frame);
    else if (event.key === "Escape") this.#zoom(this.#zoomed.parent ?? this.#zoomed);
    else if (moves[event.key]) this.#focus(moves[event.key]());
    else return;
    event.preventDefault();
  }

  #focus(frame) {
    const node = frame && this.#nodes.get(frame);
    if (!node) return;
    this.#nodes.get(this.#current)?.setAttribute("tabindex", "-1");
    this.#current = frame;
    node.setAttribute("tabindex", "0");
    node.focus();
  }

  #paint() {
    const width = this.#plot.parentElement.clientWidth;
    if (!width || !this.#zoomed) return;
    const text = this.#search.value.trim();
    const { found, samples } = text ? matched(this.#frames, text) : { found: null, samples: 0 };
    const list = boxes(this.#frames, this.#zoomed, width);
    const depth = list.reduce((most, { frame }) => Math.max(most, frame.depth), 0);
    const height = (depth + 1) * ROW;
    const focused = this.#plot.contains(document.activeElement);
    this.#plot.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.#plot.style.height = `${height}px`;
    this.#plot.dataset.frames = list.length;
    this.#nodes = new Map();
    fill(
      this.#plot,
      list.map((box) => this.#box(box, found)),
    );
    if (focused) this.#nodes.get(this.#current)?.focus();
    say(
      this.#found,
      text
        ? `${count(found.size)} frames, ${percent(samples / this.#frames[0].value)} of the samples`
        : "",
    );
  }

  #box({ frame, x, width, caller }, found) {
    const room = Math.floor((width - 8) / LETTER);
    const name = shortName(frame.name);
    const label = room >= 3 ? (name.length > room ? `${name.slice(0, room - 1)}…` : name) : null;
    const tone = `${frame.parent ? family(frame.name) : "root"} ${caller ? "caller" : ""} ${found ? (found.has(frame) ? "hit" : "miss") : ""}`;
    const node = svg(
      "g",
      {
        class: `frame ${tone}`,
        tabindex: frame === this.#current ? 0 : -1,
        role: "button",
        "aria-label": `${frame.name}, ${count(frame.value)} samples`,
        "data-frame": frame.id,
      },
      svg("rect", {
        x: x.toFixed(1),
        y: frame.depth * ROW,
        width: Math.max(0.5, width - 0.6).toFixed(1),
        height: ROW - 1,
        rx: width > 6 ? 2 : 0,
      }),
      label ? svg("text", { x: (x + 5).toFixed(1), y: frame.depth * ROW + 13.5 }, label) : null,
    );
    this.#nodes.set(frame, node);
    return node;
  }
}
