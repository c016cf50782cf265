// Dialogs on the element of that name, which brings the focus trap and Escape.

import { Declined } from "../core/api.js";
import { h } from "../core/dom.js";

/** The label of a dialog that only tells something and so needs no way to cancel. */
export const CLOSE = "Close";

let dialogs = 0;

/**
 * Shows a form and resolves to what `submit` returned, or to null where it was closed. It cannot be
 * closed while `submit` is under way, which nothing takes back; where that throws, the dialog stays
 * and shows the error's message.
 */
export function openDialog({
  title,
  body,
  submitLabel,
  submitId,
  cancelId,
  tone,
  errorId,
  wide,
  submit,
}) {
  return new Promise((resolve) => {
    const titleId = `dialog-title-${++dialogs}`;
    const error = h("p", {
      class: "dialog-error",
      role: "alert",
      "data-testid": errorId,
      hidden: true,
    });
    const accept = h(
      "button",
      { class: `button primary ${tone ?? ""}`, type: "submit", "data-testid": submitId },
      submitLabel,
    );
    const cancel = h(
      "button",
      { class: "button", type: "button", "data-testid": cancelId },
      "Cancel",
    );
    const form = h(
      "form",
      { method: "dialog", novalidate: true },
      h("h2", { id: titleId }, title),
      [body].flat().filter(Boolean),
      error,
    );
    const actions = submitLabel === CLOSE ? [accept] : [cancel, accept];
    form.append(h("div", { class: "dialog-actions" }, actions));
    const dialog = h(
      "dialog",
      { class: wide ? "dialog wide" : "dialog", "aria-labelledby": titleId },
      form,
    );
    let result = null;
    let busy = false;
    const setBusy = (value) => {
      busy = value;
      // Not disabled but aria-disabled: it keeps the focus.
      accept.setAttribute("aria-disabled", String(busy));
      cancel.disabled = busy;
      // Chromium closes a dialog at the second Escape, whatever becomes of "cancel".
      dialog.setAttribute("closedby", busy ? "none" : "closerequest");
    };
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (busy) return;
      setBusy(true);
      try {
        result = await submit();
        dialog.close();
      } catch (failure) {
        // Where the reader closed the dialog of the token there is nothing to say.
        error.textContent = failure instanceof Declined ? "" : failure.message;
        error.hidden = !error.textContent;
        error.scrollIntoView({ block: "nearest" });
      } finally {
        setBusy(false);
      }
    });
    cancel.addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog && !busy) dialog.close();
    });
    dialog.addEventListener("cancel", (event) => {
      if (busy) event.preventDefault();
    });
    // Back and forward leave the view that the dialog is about.
    const leave = () => dialog.close();
    window.addEventListener("hashchange", leave);
    dialog.addEventListener("close", () => {
      window.removeEventListener("hashchange", leave);
      dialog.remove();
      resolve(result);
    });
    document.body.append(dialog);
    dialog.showModal();
    (form.querySelector("[data-first]") ?? accept).focus();
  });
}

/** A labelled control of a form. */
export function field(label, control, hint) {
  return h(
    "label",
    { class: "field" },
    h("span", { class: "field-label" }, label),
    control,
    hint ? h("span", { class: "hint" }, hint) : null,
  );
}
