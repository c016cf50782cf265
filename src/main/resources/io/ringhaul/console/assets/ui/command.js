// Command lines: as text that a shell takes, and as a line with a button that copies it.

import { h } from "../core/dom.js";
import { tell } from "./notices.js";

/** The command line of these arguments, quoted for a shell. */
export function commandText(words) {
  return ["ringhaul", ...words].map(quoted).join(" ");
}

/** A word as a shell and {@link splitWords} take it. */
export function quoted(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

export function copyLine(label, text) {
  const button = h(
    "button",
    { class: "button small", type: "button", "aria-label": `Copy: ${text}` },
    "Copy",
  );
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      tell("Copied.");
    } catch {
      // Without a secure context there is no clipboard: the text is selected instead.
      getSelection().selectAllChildren(line);
      tell("Press Ctrl+C to copy.");
    }
  });
  const line = h("code", { class: "mono" }, text);
  return h(
    "div",
    { class: "copy-line" },
    label ? h("span", { class: "muted" }, label) : null,
    line,
    button,
  );
}

/** Cuts at blanks; quotes hold words together, a backslash takes the next character as it is. */
export function splitWords(text) {
  const words = [];
  let word = null;
  let quote = null;
  for (let i = 0; i < text.length; i++) {
    const each = text[i];
    if (quote) {
      if (each === quote) quote = null;
      else if (each === "\\" && quote === '"' && i + 1 < text.length) word += text[++i];
      else word += each;
    } else if (each === "'" || each === '"') {
      quote = each;
      word ??= "";
    } else if (each === "\\" && text[i + 1] === "\n") i++;
    else if (each === "\\" && i + 1 < text.length) word = (word ?? "") + text[++i];
    else if (/\s/.test(each)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? "") + each;
  }
  if (quote) throw new Error("A quote is not closed.");
  if (word !== null) words.push(word);
  return words;
}
