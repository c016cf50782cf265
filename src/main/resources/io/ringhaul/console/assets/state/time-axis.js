// The time that all charts of a job show, and the moment that their cursors point at.

const CLOSEST = 1000;

/** Listeners are called after each change of the range or of the cursor. */
export class TimeAxis {
  #range = null;
  #whole = null;
  #cursor = null;
  #listeners = new Set();

  /** The chosen range with `from` and `to`, or all of the time; null before anything was measured. */
  get range() {
    return this.#range ?? this.#whole;
  }

  /** All of the time that any chart has measurements of. */
  get whole() {
    return this.#whole;
  }

  /** Takes the time that a chart has measurements of. */
  cover(from, to) {
    if (!(from <= to)) return;
    const { from: first, to: last } = this.#whole ?? { from, to };
    if (this.#whole && from >= first && to <= last) return;
    this.#whole = { from: Math.min(from, first), to: Math.max(to, last) };
    this.#tell();
  }

  /** Forgets all time: what was measured is gone. */
  forget() {
    this.#range = this.#whole = this.#cursor = null;
    this.#tell();
  }

  /** The moment under the pointer; null for none. */
  get cursor() {
    return this.#cursor;
  }

  onChange(listener, signal) {
    this.#listeners.add(listener);
    signal.addEventListener("abort", () => this.#listeners.delete(listener), { once: true });
  }

  zoom(from, to) {
    const [low, high] = from < to ? [from, to] : [to, from];
    const grow = Math.max(0, CLOSEST - (high - low)) / 2;
    this.#range = { from: low - grow, to: high + grow };
    this.#tell();
  }

  reset() {
    if (!this.#range) return;
    this.#range = null;
    this.#tell();
  }

  point(at) {
    if (at === this.#cursor) return;
    this.#cursor = at;
    this.#tell();
  }

  #tell() {
    for (const listener of [...this.#listeners]) listener();
  }
}
