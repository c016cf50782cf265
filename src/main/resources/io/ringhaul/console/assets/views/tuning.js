// Recommendations, the settings as they are now, and what was changed before.

import { get } from "../core/api.js";
import { fill, h } from "../core/dom.js";
import { count, figure, heading, moment, words } from "../core/format.js";
import { isActive } from "../state/job-state.js";
import { attempt } from "../ui/notices.js";
import { card, empty } from "../ui/parts.js";
import { poll } from "../ui/poll.js";
import { applySetting } from "./bottlenecks.js";

const LIMIT = 50;
const STATES = {
  ADVISED: "advised",
  APPLIED: "applied",
  REQUESTED: "asked for",
  REVERTED: "taken back",
};

export function openTuning(host, watch, signal) {
  const advice = h("div", { class: "stack" });
  const settings = h("div");
  const history = h("div", { class: "table-scroll" });
  const older = h("button", { class: "button small", type: "button" }, "Older");
  const newer = h("button", { class: "button small", type: "button" }, "Newer");
  const pager = h("div", { class: "pager" }, newer, older);
  let offset = 0;
  let shownAdvice = "";
  const load = async () => {
    const [recommendations, changes] = await Promise.all([
      get("tuning/recommendations", { job: watch.id }, signal),
      get("tuning/history", { job: watch.id, offset, limit: LIMIT }, signal),
    ]);
    const look = JSON.stringify(recommendations.items);
    if (look !== shownAdvice)
      fill(
        advice,
        recommendations.items.map((each) => recommendation(each, apply)),
      );
    shownAdvice = look;
    fill(
      history,
      changes.items.length
        ? historyTable(changes.items)
        : empty(
            "No change yet",
            "What is tuned, by itself or by you, is written down here with its effect.",
          ),
    );
    pager.hidden = changes.total <= LIMIT;
    newer.disabled = offset === 0;
    older.disabled = offset + LIMIT >= changes.total;
  };
  const apply = (button, what, label) =>
    attempt(button, async () => {
      if (await applySetting(watch, what, label)) await load();
    });
  const turn = (by) => {
    offset = Math.max(0, offset + by);
    attempt(null, load);
  };
  older.addEventListener("click", () => turn(LIMIT));
  newer.addEventListener("click", () => turn(-LIMIT));
  const drawSettings = settingsForm(settings, watch, apply);
  host.append(h("div", { class: "stack" }, advice, settings, card("History", history, pager)));
  watch.on("job", drawSettings, signal);
  drawSettings();
  poll(load, 3000, signal);
}

function recommendation(each, apply) {
  const label = `Set ${words(each.parameter)} to ${figure(each.proposed)}`;
  const button = h(
    "button",
    { class: "button", type: "button", "data-testid": "apply-recommendation" },
    "Apply",
  );
  button.addEventListener("click", () => apply(button, { recommendation: each.id }, label));
  return h(
    "article",
    { class: "bottleneck recommendation-card", "data-testid": "recommendation" },
    h(
      "header",
      {},
      h("h3", {}, heading(each.parameter)),
      h("span", { class: "num" }, `${figure(each.current)} → ${figure(each.proposed)}`),
    ),
    h("p", {}, each.reason),
    h(
      "footer",
      {},
      each.applicable ? button : h("span", { class: "muted" }, "Cannot be applied now."),
    ),
  );
}

/** The tunable settings; each can be set while the job runs. Returns what draws them. */
function settingsForm(host, watch, apply) {
  const rows = new Map();
  const list = h("div", { class: "settings" });
  return () => {
    const current = Object.entries(watch.job?.live?.settings ?? {});
    const active = watch.job && isActive(watch.job);
    if (!current.length || !active) {
      fill(host);
      return;
    }
    for (const [name, value] of current) {
      if (!rows.has(name)) {
        rows.set(name, settingRow(name, apply));
        list.append(rows.get(name).element);
      }
      rows.get(name).show(value);
    }
    if (!list.isConnected) fill(host, card("Settings now", list));
  };
}

function settingRow(name, apply) {
  const now = h("b", { class: "num" });
  const input = h("input", {
    type: "text",
    inputmode: "decimal",
    autocomplete: "off",
    "aria-label": `New value of ${words(name)}`,
  });
  const set = h("button", { class: "button small", type: "submit" }, "Set");
  const form = h(
    "form",
    { class: "setting" },
    h("span", { class: "setting-name" }, heading(name)),
    now,
    input,
    set,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const value = Number(input.value.replaceAll(/[ ,_]/g, ""));
    if (input.value.trim() === "" || !Number.isFinite(value)) {
      input.setAttribute("aria-invalid", "true");
      input.focus();
      return;
    }
    input.removeAttribute("aria-invalid");
    apply(set, { parameter: name, value }, `Set ${words(name)} to ${count(value)}`);
    input.value = "";
  });
  return {
    element: form,
    show: (value) => {
      now.textContent = figure(value);
      input.placeholder = figure(value);
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
      h("td", { class: "num" }, `${figure(each.old)} → ${figure(each.new)}`),
      h("td", { class: "wide" }, each.reason),
      h("td", { class: "num" }, each.effect ?? "–"),
      h("td", {}, STATES[each.state] ?? each.state),
    ),
  );
  const heads = ["When", "Setting", "Change", "Reason", "Effect", "State"];
  return h(
    "table",
    { class: "plain" },
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
