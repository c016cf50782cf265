// The frame around every view: brand, connection, theme, token and help.

import { session } from "../core/api.js";
import { fill, h, say, svg } from "../core/dom.js";
import { clock, zone } from "../core/format.js";
import { jobsAddress } from "../core/router.js";
import { isDark, onTheme, toggleTheme } from "../core/theme.js";
import { keepToken, token } from "../core/token.js";
import { openHelp } from "../ui/help.js";
import { noticeElements, tell } from "../ui/notices.js";
import { tokenQuestion } from "../ui/questions.js";

const STATES = {
  idle: "",
  connecting: "Connecting",
  live: "Live",
  lost: "Connection lost",
  gone: "Job deleted",
  refused: "Token needed",
};
const always = new AbortController().signal;
const connection = h("span", { class: "connection", role: "status", "data-testid": "connection" });
let lastLive = null;
const main = h("main", { id: "main", tabindex: "-1" });

/** While the connection is lost the page shows as of when its figures are. */
export function showConnection(state) {
  if (connection.dataset.state === "live") lastLive = Date.now();
  connection.dataset.state = state;
  const asOf = state === "lost" && lastLive ? `, as of ${clock(lastLive)}` : "";
  say(connection, `${STATES[state] ?? ""}${asOf}`);
}

/** Builds the frame and returns the element that the views fill. */
export function buildShell(host) {
  const theme = h("button", {
    class: "icon-button",
    type: "button",
    "data-testid": "theme",
    on: { click: toggleTheme },
  });
  const lock = h("button", {
    class: "icon-button wide",
    type: "button",
    "data-testid": "token",
    on: { click: changeToken },
  });
  const help = h(
    "button",
    {
      class: "icon-button",
      type: "button",
      "aria-label": "Keyboard help",
      title: "Keyboard help (?)",
      "data-testid": "help",
      on: { click: openHelp },
    },
    "?",
  );
  const footer = h("footer", { class: "foot" });
  showConnection("idle");
  fill(
    host,
    h(
      "header",
      { class: "top" },
      h(
        "a",
        { class: "brand", href: jobsAddress(), "aria-label": "Ringhaul" },
        mark(),
        h("span", {}, "Ringhaul"),
      ),
      connection,
      lock,
      theme,
      help,
    ),
    noticeElements(),
    main,
    footer,
  );
  const drawTheme = () => {
    const name = isDark() ? "Light theme" : "Dark theme";
    theme.setAttribute("aria-label", name);
    theme.title = name;
    fill(theme, themeIcon());
  };
  const drawLock = () => {
    say(lock, token() ? "Control enabled" : "View only");
    lock.title = token() ? "Sign out" : "Enter the control token";
    lock.dataset.held = token() ? "yes" : "no";
  };
  onTheme(drawTheme, always);
  window.addEventListener("ringhaul-token", drawLock);
  drawTheme();
  drawLock();
  session()
    .then((answer) =>
      say(
        footer,
        `Ringhaul ${answer.version}${answer.store ? ` · ${answer.store}` : ""} · times in ${zone()}`,
      ),
    )
    .catch((failure) => {
      if (failure.status === 0) showConnection("lost");
    });
  return main;
}

async function changeToken() {
  if (token()) {
    keepToken(null);
    tell("Signed out. You can view jobs but not change them.");
  } else if (await tokenQuestion("Enter the control token to start, stop and tune jobs.")) {
    tell("Control enabled.");
  }
}

function mark() {
  return svg(
    "svg",
    {
      viewBox: "0 0 32 32",
      width: 22,
      height: 22,
      fill: "none",
      "stroke-width": 5,
      "aria-hidden": "true",
    },
    svg("circle", { cx: 16, cy: 16, r: 11, class: "mark-rest" }),
    svg("path", { d: "M16 5a11 11 0 1 1-9.5 16.5", class: "mark-done" }),
  );
}

function themeIcon() {
  return svg(
    "svg",
    { viewBox: "0 0 20 20", width: 16, height: 16, "aria-hidden": "true" },
    svg("circle", {
      cx: 10,
      cy: 10,
      r: 7,
      fill: "none",
      stroke: "currentColor",
      "stroke-width": 1.6,
    }),
    svg("path", { d: "M10 3a7 7 0 0 1 0 14z", fill: "currentColor" }),
  );
}
