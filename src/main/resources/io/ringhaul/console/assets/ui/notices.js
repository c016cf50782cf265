// One line for what went wrong, and a spoken one for what went well.

import { h, say } from "../core/dom.js";
import { Declined } from "../core/api.js";

const line = h("p", { class: "notice-text" });
const dismiss = h(
  "button",
  { class: "icon-button", type: "button", "aria-label": "Dismiss", on: { click: clearError } },
  "×",
);
const bar = h(
  "div",
  { class: "notice", role: "alert", "data-testid": "error-line", hidden: true },
  line,
  dismiss,
);
const spoken = h("div", { class: "toast", role: "status", "aria-live": "polite" });
let fading = 0;

export function noticeElements() {
  return [bar, spoken];
}

export function showError(failure) {
  if (failure instanceof Declined || failure.name === "AbortError") return;
  say(line, failure.message);
  bar.hidden = false;
}

export function clearError() {
  bar.hidden = true;
  say(line, "");
}

/** Takes back what was said of a failure that is over. */
export function retractError(failure) {
  if (line.textContent === failure.message) clearError();
}

export function tell(sentence) {
  say(spoken, sentence);
  spoken.classList.add("shown");
  clearTimeout(fading);
  fading = setTimeout(() => spoken.classList.remove("shown"), 4000);
}

/** Does it with the control disabled meanwhile; an error goes to the line. */
export async function attempt(control, work) {
  control?.setAttribute("aria-busy", "true");
  try {
    clearError();
    return await work();
  } catch (failure) {
    showError(failure);
    return undefined;
  } finally {
    control?.removeAttribute("aria-busy");
  }
}
