import { h } from "../core/dom.js";

/** A few choices side by side, of which one is pressed. */
export function segmented(label, choices, chosen, onChoose) {
  const buttons = Object.entries(choices).map(([value, text]) =>
    h(
      "button",
      { type: "button", "aria-pressed": String(value === chosen), "data-value": value },
      text,
    ),
  );
  const box = h("div", { class: "segmented", role: "group", "aria-label": label }, buttons);
  box.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    for (const each of buttons) each.setAttribute("aria-pressed", String(each === button));
    onChoose(button.dataset.value);
  });
  return box;
}
