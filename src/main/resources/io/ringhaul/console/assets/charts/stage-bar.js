// Where the time of the workers went: one stacked bar, and a table of the stages.

import { fill, h } from "../core/dom.js";
import { duration, millis, percent } from "../core/format.js";
import { onTheme } from "../core/theme.js";
import { aboutStage, stageName } from "../state/work-mix.js";
import { stageColour } from "./gantt-colours.js";

export class StageBar {
  element = h("div", { class: "stage-box", "data-testid": "stages" });
  #bar = h("div", { class: "stage-bar", role: "img" });
  #table = h("div", {
    class: "table-scroll",
    tabindex: "0",
    role: "group",
    "aria-label": "Stages",
  });
  #stages = [];
  #series = null;

  constructor(signal) {
    this.element.append(this.#bar, this.#table);
    onTheme(() => this.#draw(), signal);
  }

  /** Takes stages with their seconds and shares in order, and the series with their latencies. */
  set(stages, series) {
    this.#stages = stages;
    this.#series = series;
    this.element.dataset.stages = stages.length;
    this.#draw();
  }

  #draw() {
    this.#bar.setAttribute(
      "aria-label",
      this.#stages.map(({ name, share }) => `${stageName(name)} ${percent(share)}`).join(", "),
    );
    fill(
      this.#bar,
      this.#stages.map(({ name, share }) => {
        const label = share > 0.12 ? `${stageName(name)} ${percent(share, 0)}` : null;
        const part = h("span", { title: `${stageName(name)} ${percent(share)}` }, label);
        part.style.flexGrow = String(Math.max(0.002, share));
        part.style.background = stageColour(name);
        return part;
      }),
    );
    fill(this.#table, table(this.#stages, this.#series));
  }
}

function table(stages, series) {
  const rows = stages.map(({ name, seconds, share }) => {
    const last = (metric) => series.points(`stage:${name}`, metric).at(-1)?.[1];
    const [p50, p99] = [last("p50_ms"), last("p99_ms")].map(millis);
    const swatch = h("i", { class: "swatch", "aria-hidden": "true" });
    swatch.style.background = stageColour(name);
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, h("span", { class: "key" }, swatch, stageName(name))),
      h("td", { class: "muted stage-about" }, aboutStage(name)),
      h("td", { class: "num right" }, percent(share)),
      h("td", { class: "num right" }, duration(seconds)),
      h("td", { class: "num right stage-median" }, p50),
      h("td", { class: "num right" }, p99),
    );
  });
  const heads = [
    ["Stage"],
    ["What it does", "stage-about"],
    ["Share", "right"],
    ["Worker time", "right"],
    ["p50", "right stage-median"],
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
