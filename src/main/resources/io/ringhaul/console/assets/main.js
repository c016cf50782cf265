// Starts the page: the frame, then the view that the address names.

import { onRoute, route } from "./core/router.js";
import { askWith, takeTokenFromAddress } from "./core/token.js";
import { clearError } from "./ui/notices.js";
import { tokenQuestion } from "./ui/questions.js";
import { listenToKeys } from "./ui/shortcuts.js";
import { JobView } from "./views/job.js";
import { JobsView } from "./views/jobs.js";
import { buildShell, showConnection } from "./views/shell.js";

takeTokenFromAddress();
askWith(tokenQuestion);
const main = buildShell(document.getElementById("app"));
listenToKeys();

document.querySelector(".skip").addEventListener("click", (event) => {
  // The address names a view: a fragment of its own would leave it.
  event.preventDefault();
  main.focus();
});

let view = null;
let ending = null;

onRoute(() => {
  // A link that carries a token may be opened in a page that is there already.
  takeTokenFromAddress();
  const next = route();
  clearError();
  if (view?.serves(next)) {
    view.show(next);
    return;
  }
  ending?.abort();
  ending = new AbortController();
  showConnection("idle");
  document.documentElement.classList.remove("stale");
  main.replaceChildren();
  // What had the focus is gone with the view that it was in.
  if (view) main.focus({ preventScroll: true });
  view = next.job ? new JobView(main, next.job, ending.signal) : new JobsView(main, ending.signal);
  view.show(next);
  window.scrollTo(0, 0);
});
