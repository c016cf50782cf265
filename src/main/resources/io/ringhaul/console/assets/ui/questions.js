// The questions that the page asks: for the token, and before anything is changed.

import { session } from "../core/api.js";
import { h } from "../core/dom.js";
import { keepToken } from "../core/token.js";
import { field, openDialog } from "./dialog.js";

const WHERE =
  "It is in the address that the console printed, or in the file given with --token-file.";

/** Asks for the token until the server takes one; resolves to whether it did. */
export async function tokenQuestion(reason) {
  const input = h("input", {
    type: "password",
    autocomplete: "off",
    spellcheck: "false",
    "data-testid": "token-field",
    "data-first": true,
  });
  const accepted = await openDialog({
    title: "Control token",
    body: [
      h("p", { class: "muted" }, `${reason} ${WHERE}`),
      field("Token", input, "Kept for this browser tab only."),
    ],
    submitLabel: "Unlock",
    submitId: "token-submit",
    errorId: "token-error",
    submit: async () => {
      const candidate = input.value.trim();
      if (!candidate) throw new Error("Enter the token.");
      // A header takes plain characters only; anything else cannot be the token.
      const answer = /^[\x21-\x7e]+$/.test(candidate)
        ? await session(candidate)
        : { authorized: false };
      if (!answer.authorized) {
        input.select();
        throw new Error("The console did not accept this token.");
      }
      keepToken(candidate);
      return true;
    },
  });
  return accepted === true;
}

/** Resolves to whether the reader said yes. */
export async function confirmQuestion({ title, text, yes, tone }) {
  const answer = await openDialog({
    title,
    body: h("p", {}, text),
    submitLabel: yes,
    submitId: "confirm-yes",
    cancelId: "confirm-no",
    tone,
    submit: async () => true,
  });
  return answer === true;
}
