// Small pieces that several views share.

import { h } from "../core/dom.js";
import { stateTone, stateWord } from "../state/job-state.js";

export function badge(job) {
  return h(
    "span",
    { class: `badge state ${stateTone(job)}` },
    h("i", { class: "dot", "aria-hidden": "true" }),
    stateWord(job),
  );
}

/** What stands where there is nothing yet; the title may be a heading. */
export function empty(title, text, ...actions) {
  return h(
    "div",
    { class: "empty" },
    typeof title === "string" ? h("p", { class: "empty-title" }, title) : title,
    text ? h("p", { class: "muted" }, text) : null,
    actions,
  );
}

export function card(title, ...children) {
  return h(
    "section",
    { class: "card" },
    title ? h("h2", { class: "card-title" }, title) : null,
    children,
  );
}

/** About so many letters at the end of a path stay in sight: what tells it from others. */
const END = 18;

/** A path in one line, cut in its middle where it is too long. */
export function pathLine(path) {
  const parts = path.split(/(?=\/)/);
  let end = parts.pop();
  while (parts.length && parts.at(-1).length + end.length <= END) end = parts.pop() + end;
  return h(
    "span",
    { class: "path" },
    h("span", { class: "path-start" }, parts.join("")),
    h("span", { class: "path-end" }, h("bdi", { dir: "ltr" }, end)),
  );
}

export function labels(map) {
  return Object.entries(map ?? {}).map(([name, value]) =>
    h("span", { class: "chip" }, `${name}: ${value}`),
  );
}

/** A bar filled to `share`; its text is what a reader of the screen hears. */
export function bar(share, text, tone) {
  const inside = h("i", { class: tone ?? "" });
  const whole = h(
    "span",
    { class: "bar", role: "progressbar", "aria-valuemin": 0, "aria-valuemax": 100 },
    inside,
  );
  moveBar(whole, share, text);
  return whole;
}

export function moveBar(whole, share, text) {
  const part = Math.max(0, Math.min(1, share || 0));
  whole.firstChild.style.transform = `scaleX(${part.toFixed(4)})`;
  whole.setAttribute("aria-valuenow", Math.round(part * 100));
  whole.setAttribute("aria-label", text);
}
