// The colours of the timeline's bars: by what the workers did meanwhile, by rate, or by state.

import { h } from "../core/dom.js";
import { compact, percent } from "../core/format.js";
import { colour } from "../core/theme.js";
import { rateOf } from "../state/partition.js";
import { stageName, WorkMix } from "../state/work-mix.js";
import { endOf } from "./gantt-lanes.js";
import { ramp, STEPS } from "./ramp.js";

/** The legend leaves out stages with a smaller share of the time. */
const LEAST = 0.005;

export const BAR_MODES = { work: "Work", rate: "Rate", state: "State" };

/** The style sheets' colour of a stage. */
export function stageColour(name) {
  const tone = /^(wait|plan|read|decode|encode|bind|write|commit)/.exec(name)?.[1];
  const own = { wait_limit: "--stage-limit", wait_slot: "--stage-slot" }[name];
  return colour(own ?? (tone ? `--stage-${tone}` : "--faint"));
}

/** `parts` gives a task's colours with their shares; `legend` explains them. */
export function barColouring(mode, lanes, series, now) {
  if (mode === "rate") return byRate(lanes);
  const byState = colouringOfStates();
  if (mode === "state") return byState;
  const mix = new WorkMix(series);
  const all = lanes.length ? mix.between(-Infinity, now) : [];
  if (!all.length) return byState;
  return {
    parts: (task) => {
      if (task.status === "FAILED") return byState.parts(task);
      const parts = mix.between(task.begunAt, endOf(task, now));
      return parts.length
        ? parts.map(({ name, share }) => ({ colour: stageColour(name), share }))
        : byState.parts(task);
    },
    legend: all
      .filter(({ share }) => share >= LEAST)
      .map(({ name, share }) =>
        swatch(stageColour(name), `${stageName(name)} ${percent(share, 0)}`),
      ),
  };
}

function colouringOfStates() {
  const colours = {
    DONE: colour("--done"),
    FAILED: colour("--failed"),
    RUNNING: colour("--running"),
    PENDING: colour("--line-strong"),
  };
  return {
    parts: ({ status }) => [{ colour: colours[status] ?? colours.DONE, share: 1 }],
    legend: [
      swatch(colours.DONE, "Done"),
      swatch(colours.RUNNING, "Running"),
      swatch(colours.FAILED, "Failed"),
    ],
  };
}

function byRate(lanes) {
  const rates = lanes
    .flatMap(({ tasks }) => tasks.map(rateOf))
    .filter((rate) => rate > 0)
    .sort((a, b) => a - b);
  const states = colouringOfStates();
  if (!rates.length) return states;
  const low = rates[Math.floor(rates.length * 0.03)];
  const high = Math.max(low * 1.5, rates[Math.floor(rates.length * 0.97)]);
  const step = (rate) => (Math.log(Math.max(low, rate) / low) / Math.log(high / low)) * (STEPS - 1);
  return {
    parts: (task) => {
      const rate = rateOf(task);
      return rate > 0
        ? [{ colour: ramp(Math.round(Math.min(STEPS - 1, step(rate)))), share: 1 }]
        : states.parts(task);
    },
    legend: [
      h("span", { class: "num" }, compact(Math.round(low))),
      h("i", { class: "ramp", "aria-hidden": "true" }),
      h("span", { class: "num" }, `${compact(Math.round(high))} rows/s`),
    ],
  };
}

function swatch(tone, text) {
  const box = h("i", { class: "swatch", "aria-hidden": "true" });
  box.style.background = tone;
  return h("span", { class: "key" }, box, text);
}
