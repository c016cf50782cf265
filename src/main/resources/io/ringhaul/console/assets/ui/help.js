import { h } from "../core/dom.js";
import { CLOSE, openDialog } from "./dialog.js";

const KEYS = [
  ["?", "This help"],
  ["g", "The list of jobs"],
  ["/", "Search"],
  ["t", "Light or dark theme"],
  ["1 … 9", "The job's tabs"],
  ["← →", "On the wheel, a chart or the timeline: the one before or after"],
  ["↑ ↓", "On the timeline and the flame graph: the row above or below"],
  ["Home End", "The first, the last"],
  ["+ − 0", "On the timeline: closer, wider, all of it"],
  ["Enter", "Open what is chosen"],
  ["Esc", "Close, leave, zoom out"],
];

export function openHelp() {
  if (document.querySelector("dialog[open]")) return Promise.resolve();
  return openDialog({
    title: "Keyboard",
    body: h(
      "dl",
      { class: "keys" },
      KEYS.map(([keys, text]) => [h("dt", {}, h("kbd", {}, keys)), h("dd", {}, text)]),
    ),
    submitLabel: CLOSE,
    submit: async () => true,
  });
}
