// The time series of one job, by component and name; old points are thinned so that the page stays small.

const MOST = 3600;

export class SeriesStore {
  #series = new Map();

  /** Takes the answer of performance-metrics or resource-usage; what the answer has replaces what was held. */
  replace(answer) {
    for (const { component, name, partition, points } of answer.series) {
      if (partition === null || partition === undefined) {
        this.#series.set(key(component, name), thin(points.map(([at, value]) => [at, value])));
      }
    }
  }

  add(component, name, at, value) {
    if (value === null || value === undefined) return;
    const held = this.#series.get(key(component, name)) ?? [];
    const last = held[held.length - 1];
    if (last && last[0] >= at) return;
    held.push([at, value]);
    this.#series.set(key(component, name), held.length > MOST ? thin(held) : held);
  }

  /** Points [epoch milliseconds, value], oldest first; empty where nothing is known. */
  points(component, name) {
    return this.#series.get(key(component, name)) ?? [];
  }

  /** The components with this name whose own name begins so, in order. */
  components(prefix, name) {
    return [...this.#series.keys()]
      .map((each) => each.split("|"))
      .filter(([component, its]) => its === name && component.startsWith(prefix))
      .map(([component]) => component)
      .sort();
  }

  clear() {
    this.#series.clear();
  }
}

function key(component, name) {
  return `${component}|${name}`;
}

/** Halves the older half by averaging neighbours until few enough are left. */
function thin(points) {
  while (points.length > MOST) {
    const half = points.length >> 1;
    const older = [];
    for (let i = 0; i + 1 < half; i += 2) {
      const [first, second] = [points[i], points[i + 1]];
      older.push([second[0], (first[1] + second[1]) / 2]);
    }
    points = older.concat(points.slice(half));
  }
  return points;
}
