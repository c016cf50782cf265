// The token ring as a wheel: an arc for each range, filled as its partition finishes.

import { h, fill, say } from "../core/dom.js";
import { compact, count, duration, progress } from "../core/format.js";
import { calm, colour, onTheme } from "../core/theme.js";
import { isActive, share } from "../state/job-state.js";
import { describe, tally } from "../state/partition.js";
import { segmented } from "../ui/segmented.js";
import { eachFrame, noOftener, onPointer, onResize, sharp } from "./canvas.js";
import { colouring } from "./wheel-colours.js";
import { arcAt, arcsOf, fits } from "./wheel-geometry.js";
import { layout, paintArcs, paintChosen, paintRunning } from "./wheel-paint.js";

const HINT = "Point at the ring, or focus it and use the arrow keys.";

export class Wheel {
  element = h("div", { class: "wheel-box" });
  #signal;
  #open;
  #still = h("canvas", { "aria-hidden": "true" });
  #moving = h("canvas", { "aria-hidden": "true" });
  #share = h("span", { class: "wheel-share num" });
  #below = h("span", { class: "wheel-below num" });
  #left = h("span", { class: "wheel-left muted num" });
  #wheel = h("div", {
    class: "wheel",
    role: "slider",
    tabindex: "0",
    "aria-label": "Partitions on the token ring",
    "data-testid": "wheel",
  });
  #scale = h("div", { class: "legend-scale" });
  #legend = h("div", { class: "legend" });
  #readout = h("p", { class: "readout num", "aria-hidden": "true" }, HINT);
  #mode = "rate";
  #size = 0;
  #partitions = new Map();
  #shape = { arcs: [], ring: false, covered: new Map() };
  #running = [];
  #chosen = -1;
  #animating = false;
  #repaint;
  #overlay;

  constructor(signal, open) {
    this.#signal = signal;
    this.#open = open;
    this.#repaint = noOftener(200, () => this.#paint(), signal);
    this.#overlay = eachFrame(() => this.#paintOverlay(), signal);
    const modes = segmented(
      "Colour by",
      { rate: "Rate", replica: "Replica" },
      this.#mode,
      (mode) => {
        this.#mode = mode;
        this.#paint();
      },
    );
    this.#wheel.append(
      this.#still,
      this.#moving,
      h("div", { class: "wheel-centre" }, this.#share, this.#below, this.#left),
    );
    this.element.append(
      this.#wheel,
      this.#readout,
      h(
        "div",
        { class: "wheel-foot" },
        h("div", { class: "wheel-scale" }, modes, this.#scale),
        this.#legend,
      ),
    );
    this.#listen();
  }

  /** Takes all partitions anew. */
  replace(partitions) {
    this.#partitions = partitions;
    this.#shape = arcsOf(partitions);
    this.#choose(-1);
    this.#paint();
  }

  /** Takes changes; a partition that is new or covers something else changes the wheel's shape. */
  update(partitions, changed) {
    this.#partitions = partitions;
    const same =
      partitions.size === this.#shape.covered.size &&
      changed.every((each) => fits(this.#shape, each));
    if (!same) this.#shape = arcsOf(partitions);
    this.#repaint();
  }

  /** Takes the job's own figures for the middle of the wheel. */
  tell(job) {
    const live = isActive(job) ? job.live : null;
    say(this.#share, progress(share(job)));
    say(this.#below, `${compact(live?.rows ?? job.figures.rows)} rows`);
    say(
      this.#left,
      live?.remainingSeconds
        ? `${duration(live.remainingSeconds)} left`
        : `${count(job.figures.done)} of ${count(job.figures.partitions)}`,
    );
  }

  #listen() {
    onResize(this.#wheel, () => this.#paint(), this.#signal);
    onTheme(() => this.#paint(), this.#signal);
    document.addEventListener("visibilitychange", () => this.#animate(), { signal: this.#signal });
    onPointer(
      this.#wheel,
      (event) => this.#choose(this.#under(event)),
      () => this.#choose(-1),
    );
    this.#wheel.addEventListener("blur", () => this.#choose(-1));
    this.#wheel.addEventListener("keydown", (event) => this.#key(event));
    this.#wheel.addEventListener("click", (event) => {
      if (event.pointerType === "mouse") this.#enter(this.#under(event));
    });
  }

  #under(event) {
    const box = this.#wheel.getBoundingClientRect();
    const [x, y] = [
      event.clientX - box.left - this.#size / 2,
      event.clientY - box.top - this.#size / 2,
    ];
    const { outer, band } = layout(this.#size);
    const radius = Math.hypot(x, y);
    if (radius > outer + 8 || radius < outer - band - 8) return -1;
    const turn = Math.atan2(x, -y) / (Math.PI * 2);
    return arcAt(this.#shape.arcs, turn < 0 ? turn + 1 : turn);
  }

  #key(event) {
    const all = this.#shape.arcs.length;
    if (!all) return;
    const leap = Math.max(1, Math.round(all / 20));
    const at = this.#chosen;
    const next = {
      ArrowRight: at + 1,
      ArrowDown: at + 1,
      ArrowLeft: at < 0 ? all - 1 : at - 1,
      ArrowUp: at < 0 ? all - 1 : at - 1,
      PageDown: at + leap,
      PageUp: at - leap,
      Home: 0,
      End: all - 1,
    }[event.key];
    if (next !== undefined) this.#choose((next + all) % all);
    else if (event.key === "Escape") this.#choose(-1);
    else if (event.key === "Enter") this.#enter(at);
    else return;
    event.preventDefault();
  }

  #enter(index) {
    if (index >= 0) this.#open(this.#partitions.get(this.#shape.arcs[index].partition));
  }

  #choose(index) {
    if (index === this.#chosen && index < 0) return;
    this.#chosen = index;
    const partition = index < 0 ? null : this.#partitions.get(this.#shape.arcs[index].partition);
    const text = partition ? describe(partition, Date.now()) : HINT;
    say(this.#readout, text);
    this.#wheel.setAttribute("aria-valuenow", index + 1);
    this.#wheel.setAttribute("aria-valuetext", text);
    this.#overlay();
  }

  #paint() {
    const size = Math.floor(this.#wheel.clientWidth);
    const counts = tally(this.#partitions);
    Object.assign(this.#wheel.dataset, {
      done: counts.DONE,
      total: this.#partitions.size,
      arcs: this.#shape.arcs.length,
    });
    this.#wheel.setAttribute("aria-valuemin", 0);
    this.#wheel.setAttribute("aria-valuemax", this.#shape.arcs.length);
    if (!size) return;
    this.#size = size;
    const colours = colouring(this.#mode, this.#partitions);
    const fixed = {
      PENDING: colour("--pending"),
      RUNNING: colour("--running-rest"),
      FAILED: colour("--failed"),
    };
    const context = sharp(this.#still, size, size);
    paintArcs(
      context,
      size,
      this.#shape,
      this.#partitions,
      (each) => fixed[each?.status] ?? (each ? colours.of(each) : fixed.PENDING),
    );
    this.#running = this.#indexes((each) => each.status === "RUNNING");
    const states = [
      ["pending", "Waiting", counts.PENDING],
      ["running", "Running", counts.RUNNING],
      ["failed", "Failed", counts.FAILED],
    ];
    const keys = states
      .filter(([, , n]) => n)
      .map(([tone, word, n]) =>
        h(
          "span",
          { class: "key" },
          h("i", { class: `swatch ${tone}`, "aria-hidden": "true" }),
          `${word} ${count(n)}`,
        ),
      );
    fill(this.#scale, colours.legend);
    fill(this.#legend, keys);
    this.#overlay();
    this.#animate();
  }

  #indexes(wanted) {
    const found = [];
    this.#shape.arcs.forEach((arc, i) => {
      const partition = this.#partitions.get(arc.partition);
      if (partition && wanted(partition)) found.push(i);
    });
    return found;
  }

  #paintOverlay() {
    if (!this.#size) return;
    const context = sharp(this.#moving, this.#size, this.#size);
    const beat = calm() ? 0.5 : (1 + Math.sin(performance.now() / 320)) / 2;
    if (this.#running.length)
      paintRunning(context, this.#size, this.#shape.arcs, this.#running, beat);
    if (this.#chosen < 0 || this.#chosen >= this.#shape.arcs.length) return;
    const number = this.#shape.arcs[this.#chosen].partition;
    paintChosen(
      context,
      this.#size,
      this.#shape.arcs,
      this.#indexes((each) => each.number === number),
    );
  }

  /** Pulses while something runs, at 20 frames a second, and only where it can be seen. */
  #animate() {
    if (this.#animating) return;
    this.#animating = true;
    const step = () => {
      const goesOn = this.#running.length && !calm() && !document.hidden && !this.#signal.aborted;
      this.#animating = Boolean(goesOn);
      if (!goesOn) return;
      this.#overlay();
      setTimeout(step, 50);
    };
    step();
  }
}
