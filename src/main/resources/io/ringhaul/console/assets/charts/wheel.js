// The token ring as a wheel: an arc for each range, filled as its task progresses.

import { h, fill, say } from "../core/dom.js";
import { compact, count, progress } from "../core/format.js";
import { colour, onTheme } from "../core/theme.js";
import { healthOf, isActive, share, standsStill, timeLeft } from "../state/job-state.js";
import { describe, details, runningShare, tally } from "../state/partition.js";
import { segmented } from "../ui/segmented.js";
import { Tip } from "../ui/tip.js";
import { eachFrame, noOftener, onPointer, onResize, sharp } from "./canvas.js";
import { colouring, MODES, replicaColours, replicaKeys, stateKeys } from "./wheel-colours.js";
import { arcAt, arcsOf, fits } from "./wheel-geometry.js";
import {
  layout,
  paintArcs,
  paintChosen,
  paintNodes,
  paintRunning,
  paintTicks,
  paintTroubles,
} from "./wheel-paint.js";

const HINT = "None chosen; use the arrow keys.";

export class Wheel {
  element = h("div", { class: "wheel-box" });
  #signal;
  #open;
  #still = h("canvas", { "aria-hidden": "true" });
  #moving = h("canvas", { class: "moving", "aria-hidden": "true" });
  #marks = h("canvas", { "aria-hidden": "true" });
  #share = h("span", { class: "wheel-share num" });
  #below = h("span", { class: "wheel-below num" });
  #left = h("span", { class: "wheel-left muted num" });
  #wheel = h("div", {
    class: "wheel",
    role: "slider",
    tabindex: "0",
    "aria-label": "Tasks on the token ring",
    "aria-valuemin": 0,
    "aria-valuemax": 0,
    "aria-valuenow": 0,
    "aria-valuetext": HINT,
    "data-testid": "wheel",
  });
  #scale = h("div", { class: "legend-scale" });
  #legend = h("div", { class: "legend" });
  #tip;
  #mode = "state";
  #completed = 0;
  /** What running tasks are called while they stand still; null while they run. */
  #standing = null;
  /** The time of the newest report of the job. */
  #heard;
  #size = 0;
  #partitions = new Map();
  #shape = { arcs: [], ring: false, covered: new Map() };
  /** Where the names of the nodes stand beside the ring; null where it has none. */
  #names = null;
  #chosen = -1;
  #repaint;
  #overlay;

  constructor(signal, open) {
    this.#signal = signal;
    this.#open = open;
    this.#repaint = noOftener(200, () => this.#paint(), signal);
    this.#overlay = eachFrame(() => this.#paintMarks(), signal);
    const modes = segmented("Colour by", MODES, this.#mode, (mode) => {
      this.#mode = mode;
      this.#paint();
    });
    this.#tip = new Tip(this.#wheel);
    this.#wheel.append(
      this.#still,
      this.#moving,
      this.#marks,
      h("div", { class: "wheel-centre" }, this.#share, this.#below, this.#left),
    );
    this.element.append(
      this.#wheel,
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
    const stands = standsStill(job);
    const left = live?.remainingSeconds ? `${timeLeft(job)} left` : null;
    const tasks = `${count(job.figures.done)} of ${count(job.figures.partitions)} tasks`;
    say(this.#left, stands ? timeLeft(job) : (left ?? tasks));
    const { time } = live ?? {};
    if (!live || stands) this.#moving.classList.remove("beat");
    else if (time !== this.#heard) this.#moving.classList.toggle("beat");
    this.#heard = time;
    const standing = healthOf(job) === "paused" ? "Paused" : isActive(job) ? null : "Unfinished";
    if (this.#completed === share(job) && this.#standing === standing) return;
    this.#completed = share(job);
    this.#standing = standing;
    this.#repaint();
  }

  #listen() {
    onResize(this.#wheel, () => this.#paint(), this.#signal);
    onTheme(() => this.#paint(), this.#signal);
    onPointer(
      this.#wheel,
      (event) => this.#choose(this.#under(event), event),
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

  #choose(index, event) {
    if (index === this.#chosen && index < 0) return;
    this.#chosen = index;
    const partition = index < 0 ? null : this.#partitions.get(this.#shape.arcs[index].partition);
    const now = Date.now();
    if (partition) this.#tip.show(...this.#placeOf(index, event), details(partition, now));
    else this.#tip.hide();
    this.#wheel.setAttribute("aria-valuenow", index + 1);
    this.#wheel.setAttribute("aria-valuetext", partition ? describe(partition, now) : HINT);
    this.#overlay();
  }

  /** The point of the pointer, or of the arc for one that was chosen by key. */
  #placeOf(index, event) {
    if (event) {
      const box = this.#wheel.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    }
    const { from, to } = this.#shape.arcs[index];
    const angle = Math.PI * (from + to);
    const { centre, middle } = layout(this.#size);
    return [centre + Math.sin(angle) * middle, centre - Math.cos(angle) * middle];
  }

  #paint() {
    const size = Math.floor(this.#wheel.clientWidth);
    const counts = tally(this.#partitions);
    Object.assign(this.#wheel.dataset, {
      done: counts.DONE,
      total: this.#partitions.size,
      arcs: this.#shape.arcs.length,
    });
    this.#wheel.setAttribute("aria-valuemax", this.#shape.arcs.length);
    if (!size) return;
    this.#size = size;
    const colours = colouring(this.#mode, this.#partitions, this.#shape.covered);
    const fixed = {
      PENDING: colour("--pending"),
      RUNNING: colour(this.#standing ? "--line-strong" : "--running-rest"),
      FAILED: colour("--failed"),
    };
    const { arcs, ring } = this.#shape;
    const still = sharp(this.#still, size, size);
    paintArcs(
      still,
      size,
      arcs,
      this.#partitions,
      (each) => fixed[each?.status] ?? (each ? colours.of(each) : fixed.PENDING),
    );
    const replicas = replicaColours(this.#partitions);
    const hasNodes = ring && replicas.size > 1;
    this.#names = hasNodes
      ? paintNodes(still, size, arcs, this.#partitions, replicas, this.#names ?? undefined)
      : null;
    const names = JSON.stringify([...(this.#names ?? [])]);
    if (this.#wheel.dataset.names !== names) this.#wheel.dataset.names = names;
    if (ring && !this.#names) paintTicks(still, size);
    const running = this.#indexes((each) => each.status === "RUNNING");
    const shareOf = runningShare(this.#partitions, this.#completed);
    paintRunning(
      sharp(this.#moving, size, size),
      size,
      arcs,
      running,
      (arc) => shareOf(this.#partitions.get(arc.partition)),
      colour(this.#standing ? "--faint" : "--running"),
    );
    this.#moving.hidden = !running.length;
    const keys = stateKeys(counts, this.#mode, this.#standing);
    fill(this.#scale, colours.legend);
    const hasKeys = this.#names && this.#mode !== "replica";
    fill(this.#legend, keys, hasKeys ? replicaKeys(replicas) : null);
    this.#overlay();
  }

  #indexes(wanted) {
    const found = [];
    this.#shape.arcs.forEach((arc, i) => {
      const partition = this.#partitions.get(arc.partition);
      if (partition && wanted(partition)) found.push(i);
    });
    return found;
  }

  #paintMarks() {
    if (!this.#size) return;
    const context = sharp(this.#marks, this.#size, this.#size);
    const { arcs } = this.#shape;
    paintTroubles(
      context,
      this.#size,
      arcs,
      this.#indexes((each) => each.status === "FAILED"),
      this.#indexes((each) => each.attempt > 1),
    );
    if (this.#chosen < 0 || this.#chosen >= arcs.length) return;
    const number = arcs[this.#chosen].partition;
    paintChosen(
      context,
      this.#size,
      arcs,
      this.#indexes((each) => each.number === number),
    );
  }
}
