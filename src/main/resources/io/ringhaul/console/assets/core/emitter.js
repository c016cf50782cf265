/** Topics and their listeners; a listener lasts as long as its signal. */
export class Emitter {
  #listeners = new Map();

  on(topic, listener, signal) {
    if (signal.aborted) return;
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners.add(listener));
    signal.addEventListener("abort", () => listeners.delete(listener), { once: true });
  }

  emit(topic, value) {
    for (const listener of [...(this.#listeners.get(topic) ?? [])]) listener(value);
  }
}
