// Keys that work everywhere but where one types.

import { go, jobsAddress } from "../core/router.js";
import { toggleTheme } from "../core/theme.js";
import { openHelp } from "./help.js";

export function listenToKeys() {
  window.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest?.("input, textarea, select, dialog")) return;
    if (event.key === "?") openHelp();
    else if (event.key === "g") go(jobsAddress());
    else if (event.key === "t") toggleTheme();
    else if (event.key === "/") document.querySelector("input[type=search]")?.focus();
    else if (/^[1-9]$/.test(event.key)) {
      const tab = document.querySelectorAll("[role=tab]")[Number(event.key) - 1];
      tab?.click();
      tab?.focus();
    } else return;
    event.preventDefault();
  });
}
