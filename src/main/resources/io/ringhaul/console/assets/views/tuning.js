// Bottlenecks, advice, the settings that can change while the job runs, and what was changed.

import { get } from "../core/api.js";
import { fill, h, keep, say } from "../core/dom.js";
import { NONE, REMOVABLE, heading, measure, moment, setting, words } from "../core/format.js";
import { isActive, sentence } from "../state/job-state.js";
import { copyLine } from "../ui/command.js";
import { attempt } from "../ui/notices.js";
import { card } from "../ui/parts.js";
import { poll } from "../ui/poll.js";
import { applySetting, bottleneckList } from "./bottlenecks.js";

const LIMIT = 50;
const STATES = {
  ADVISED: "suggested",
  APPLIED: "applied",
  REQUESTED: "pending",
  REVERTED: "reverted",
};
/** The option of the next run that has the same effect as a setting. */
const OPTIONS = {
  inFlight: "parallelism",
  pageRows: "page-size",
  maxRowsPerSecond: "rate",
  maxBytesPerSecond: "max-bytes-per-second",
};
/** The settings that slow a job down or speed it up come first. */
const FIRST = ["maxRowsPerSecond", "maxBytesPerSecond", "inFlight"];

export function openTuning(host, watch, signal) {
  const advice = h("div", { class: "stack" });
  const settings = h("div");
  const history = h("div", {
    class: "table-scroll",
    tabindex: "0",
    role: "group",
    "aria-label": "History",
  });
  const older = h("button", { class: "button small", type: "button" }, "Older");
  const newer = h("button", { class: "button small", type: "button" }, "Newer");
  const pager = h("div", { class: "pager" }, newer, older);
  let offset = 0;
  let shownAdvice = "";
  const load = async () => {
    const { items } = await get("tuning/recommendations", { job: watch.id }, signal);
    const look = JSON.stringify(items);
    if (look === shownAdvice) return;
    shownAdvice = look;
    // A bottleneck's own card has its recommendation already.
    const own = items.filter((each) => !each.bottleneck);
    fill(
      advice,
      own.length ? h("h2", {}, "Suggestions") : null,
      own.map((each) => recommendation(each, watch, apply)),
    );
  };
  const drawHistory = () => {
    const all = watch.tuning;
    fill(
      history,
      all.length
        ? historyTable(all.slice(offset, offset + LIMIT))
        : h("p", { class: "muted" }, "Automatic and manual changes appear here with their effect."),
    );
    pager.hidden = all.length <= LIMIT;
    newer.disabled = offset === 0;
    older.disabled = offset + LIMIT >= all.length;
  };
  const apply = (button, what, label) =>
    attempt(button, async () => {
      if (await applySetting(watch, what, label)) await load();
    });
  const turn = (by) => {
    offset = Math.max(0, offset + by);
    drawHistory();
  };
  older.addEventListener("click", () => turn(LIMIT));
  newer.addEventListener("click", () => turn(-LIMIT));
  const drawSettings = settingsForm(settings, watch, apply);
  host.append(
    h(
      "div",
      { class: "stack" },
      settings,
      bottleneckList(watch, signal),
      advice,
      card("History", history, pager),
    ),
  );
  watch.on("job", drawSettings, signal);
  watch.on("tuning", drawHistory, signal);
  drawSettings();
  drawHistory();
  poll(
    async () => {
      await load();
      await watch.loadTuning();
    },
    3000,
    signal,
  );
}

function recommendation(each, watch, apply) {
  const value = measure(each.parameter, each.proposed);
  const label = `Set ${words(each.parameter)} to ${value}`;
  const button = h(
    "button",
    { class: "button", type: "button", "data-testid": "apply-recommendation" },
    "Apply",
  );
  button.addEventListener("click", () => apply(button, { recommendation: each.id }, label));
  const option = OPTIONS[each.parameter];
  const later = option
    ? copyLine("For the next run", `--${option}=${each.proposed}`)
    : h(
        "span",
        { class: "muted" },
        isActive(watch.job) ? "Not adjustable in this job." : "The job has ended.",
      );
  return h(
    "article",
    { class: "bottleneck recommendation-card", "data-testid": "recommendation" },
    h(
      "header",
      {},
      h("h3", {}, heading(each.parameter)),
      h(
        "span",
        { class: "num" },
        each.current === null ? value : `${measure(each.parameter, each.current)} → ${value}`,
      ),
    ),
    h("p", {}, sentence(each.reason)),
    h("footer", {}, each.applicable ? button : later),
  );
}

/** The settings that can change while the job runs. Returns what draws them. */
function settingsForm(host, watch, apply) {
  const rows = new Map();
  const list = h("div", { class: "settings" });
  const place = (name) => (FIRST.indexOf(name) + FIRST.length + 1) % (FIRST.length + 1);
  return () => {
    const { job } = watch;
    const current = Object.entries(job?.live?.settings ?? {}).sort(
      ([a], [b]) => place(a) - place(b) || a.localeCompare(b),
    );
    if (!current.length || !isActive(job)) {
      fill(host);
      return;
    }
    for (const [name, value] of current) {
      if (!rows.has(name)) rows.set(name, settingRow(name, apply));
      rows.get(name).show(value);
    }
    keep(
      list,
      current.map(([name]) => rows.get(name).element),
    );
    if (!list.isConnected) fill(host, card("Change now", list));
  };
}

function settingRow(name, apply) {
  const now = h("b", { class: "num" });
  const input = h("input", {
    type: "text",
    inputmode: "decimal",
    autocomplete: "off",
    "aria-label": `New ${words(name)}`,
    "data-testid": `setting-${name}`,
  });
  const set = h("button", { class: "button small", type: "submit" }, "Set");
  let current = null;
  const least = REMOVABLE.includes(name) ? 0 : 1;
  const ask = (button, value) => {
    apply(button, { parameter: name, value }, `Set ${words(name)} to ${setting(name, value)}`);
  };
  const quick = FIRST.includes(name)
    ? [
        ["½", "Halve", 0.5],
        ["2×", "Double", 2],
      ].map(([text, label, by]) => {
        const button = h(
          "button",
          {
            class: "button small quick",
            type: "button",
            title: label,
            "aria-label": `${text}: ${label.toLowerCase()} the ${words(name)}`,
          },
          text,
        );
        button.addEventListener("click", () => ask(button, Math.max(1, Math.round(current * by))));
        return button;
      })
    : [];
  const wrong = h("span", { class: "setting-error", role: "alert", id: `wrong-${name}` });
  input.setAttribute("aria-describedby", wrong.id);
  const form = h(
    "form",
    { class: "setting" },
    h("span", { class: "setting-name" }, heading(name)),
    now,
    quick,
    input,
    set,
    wrong,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const value = Number(input.value.replaceAll(/[ ,_]/g, ""));
    if (input.value.trim() === "" || !Number.isInteger(value) || value < least) {
      input.setAttribute("aria-invalid", "true");
      say(wrong, `Enter a whole number of at least ${least}.`);
      input.focus();
      return;
    }
    input.removeAttribute("aria-invalid");
    say(wrong, "");
    ask(set, value);
    input.value = "";
  });
  return {
    element: form,
    show: (value) => {
      current = value;
      now.textContent = setting(name, value);
      for (const each of quick) each.hidden = !(value > 0);
      input.placeholder = value > 0 ? String(value) : "";
      input.title = least ? "" : "0 removes the limit.";
    },
  };
}

function historyTable(items) {
  const rows = items.map((each) =>
    h(
      "tr",
      {},
      h("td", { class: "num" }, moment(each.time)),
      h("td", {}, heading(each.parameter)),
      h("td", { class: "num" }, `${setting(each.parameter, each.old)} → ${setting(each.parameter, each.new)}`),
      h("td", { class: "wide" }, each.reason),
      h("td", { class: each.effect ? "num" : "unknown" }, each.effect ?? NONE),
      h("td", {}, STATES[each.state] ?? each.state),
    ),
  );
  const heads = ["When", "Setting", "Change", "Reason", "Effect", "State"];
  return h(
    "table",
    { class: "plain history" },
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        heads.map((each) => h("th", { scope: "col" }, each)),
      ),
    ),
    h("tbody", {}, rows),
  );
}
