import { h } from "../core/dom.js";
import { CLOSE, openDialog } from "./dialog.js";

const KEYS = [
  ["?", "This help"],
  ["g", "The list of jobs"],
  ["/", "Search"],
  ["t", "Light or dark theme"],
  ["1 … 5", "The job's tabs"],
  ["← →", "Ring, chart, timeline: previous or next"],
  ["↑ ↓", "Timeline, flame graph: the row above or below"],
  ["Home End", "First, last"],
  ["+ − 0", "Charts and timeline: zoom in, zoom out, fit"],
  ["Ctrl wheel", "Timeline: zoom"],
  ["Drag", "Charts and timeline: zoom into the range; double-click: fit"],
  ["Enter", "Open the selected item"],
  ["Esc", "Close, deselect, zoom out"],
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
