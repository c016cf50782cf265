// What holds the job back: evidence, reason, recommendation, and a button that applies it.

import { change, unlock } from "../core/api.js";
import { fill, h, keep, say } from "../core/dom.js";
import { heading, measure, moment, nodeName, words } from "../core/format.js";
import { jobAddress } from "../core/router.js";
import { isSevere, titleOf } from "../state/bottleneck.js";
import { isActive, limitSentence } from "../state/job-state.js";
import { attempt, tell } from "../ui/notices.js";
import { confirmQuestion } from "../ui/questions.js";

/** All bottlenecks, the open ones first, ended ones of a kind once; or a sentence without any. */
export function bottleneckList(watch, signal) {
  const list = h("div", { class: "bottleneck-list" });
  const nothing = h("p", { class: "muted" });
  const place = h("section", { class: "bottlenecks" }, h("h2", {}, "Bottlenecks"), list, nothing);
  const cards = new Cards(watch);
  const draw = () => {
    const all = [...watch.bottlenecks.values()].sort(
      (a, b) => Number(b.open) - Number(a.open) || b.firstSeen.localeCompare(a.firstSeen),
    );
    const active = isActive(watch.job);
    const isEnded = (each) => !(each.open && active);
    const kindOf = ({ kind, component }) => `${kind} ${component}`;
    const newest = new Map();
    const earlier = new Map();
    for (const each of all.filter(isEnded)) {
      const first = newest.get(kindOf(each));
      if (first) earlier.set(first, (earlier.get(first) ?? 0) + 1);
      else newest.set(kindOf(each), each.id);
    }
    const shown = all.filter((each) => !isEnded(each) || newest.get(kindOf(each)) === each.id);
    keep(list, cards.of(shown, earlier));
    nothing.hidden = all.length > 0;
    say(nothing, sentenceWithout(watch.job));
  };
  watch.on("bottlenecks", draw, signal);
  watch.on("job", draw, signal);
  draw();
  return place;
}

function sentenceWithout(job) {
  if (!isActive(job)) return "No problems were found.";
  const limit = limitSentence(job);
  return limit && job.live.limitedBy.kind !== "nothing"
    ? `No problems found. ${limit}`
    : "No problems found.";
}

/** The gravest and newest open bottleneck, for the overview; nothing where there is none. */
export function currentBottleneck(watch, signal) {
  const place = h("div", { class: "current-bottleneck" });
  const all = h("a", { href: jobAddress(watch.id, "tuning") });
  const cards = new Cards(watch, "h2");
  const draw = () => {
    const open = isActive(watch.job)
      ? [...watch.bottlenecks.values()]
          .filter((each) => each.open)
          .sort(
            (a, b) =>
              Number(isSevere(b)) - Number(isSevere(a)) || b.firstSeen.localeCompare(a.firstSeen),
          )
      : [];
    place.hidden = !open.length;
    say(all, `All ${open.length} bottlenecks`);
    keep(place, [...cards.of(open.slice(0, 1)), ...(open.length > 1 ? [all] : [])]);
  };
  watch.on("bottlenecks", draw, signal);
  watch.on("job", draw, signal);
  draw();
  return place;
}

/** The cards by bottleneck; one that is there is changed in place, so that its button stays. */
class Cards {
  #watch;
  #level;
  #cards = new Map();

  constructor(watch, level = "h3") {
    this.#watch = watch;
    this.#level = level;
  }

  /** `earlier` has how often each was there before, by id. */
  of(bottlenecks, earlier = new Map()) {
    return bottlenecks.map((bottleneck) => {
      if (!this.#cards.has(bottleneck.id))
        this.#cards.set(bottleneck.id, new Card(this.#watch, this.#level));
      return this.#cards.get(bottleneck.id).show(bottleneck, earlier.get(bottleneck.id));
    });
  }
}

class Card {
  #watch;
  #level;
  #body = h("div");
  #when = h("span", { class: "muted num" });
  #footer = h("footer");
  #element = h("article", { "data-testid": "bottleneck" }, this.#body, this.#footer);
  #button = null;

  constructor(watch, level) {
    this.#watch = watch;
    this.#level = level;
  }

  show(bottleneck, earlier = 0) {
    const { firstSeen, lastSeen } = bottleneck;
    const open = bottleneck.open && isActive(this.#watch.job);
    const severe = open && isSevere(bottleneck) ? "severe" : "";
    this.#element.className = `bottleneck ${open ? "open" : "closed"} ${severe}`;
    fill(
      this.#body,
      h(
        "header",
        {},
        h(this.#level, {}, titleOf(bottleneck)),
        h("span", { class: "muted" }, componentText(bottleneck.component)),
      ),
      h("p", {}, bottleneck.reason),
      evidence(bottleneck),
      open ? h("p", { class: "recommendation" }, bottleneck.recommendation) : null,
    );
    say(
      this.#when,
      open
        ? `Since ${moment(firstSeen)}`
        : [
            `${moment(firstSeen)} to ${moment(lastSeen)}`,
            earlier ? `, and ${earlier === 1 ? "once" : `${earlier} times`} before` : "",
          ].join(""),
    );
    const applicable = open && bottleneck.parameter && bottleneck.value !== null;
    keep(this.#footer, applicable ? [this.#apply(bottleneck), this.#when] : [this.#when]);
    return this.#element;
  }

  #apply({ parameter, value }) {
    const label = `Set ${words(parameter)} to ${measure(parameter, value)}`;
    if (this.#button?.textContent !== label) {
      const button = h(
        "button",
        { class: "button", type: "button", "data-testid": "apply" },
        label,
      );
      const apply = () => applySetting(this.#watch, { parameter, value }, label);
      button.addEventListener("click", () => attempt(button, apply));
      this.#button = button;
    }
    return this.#button;
  }
}

function componentText(component) {
  return nodeName(component.replace(/^node:/, "node ").replace(/^task:/, "task "));
}

function evidence(bottleneck) {
  const figures = Object.entries(bottleneck.evidence ?? {})
    // What was before another job came may be unknown.
    .filter(([name, value]) => !(name.endsWith("Alone") && value === 0))
    .map(([name, value]) =>
      h("div", {}, h("dt", {}, heading(name)), h("dd", { class: "num" }, measure(name, value))),
    );
  return figures.length ? h("dl", { class: "evidence" }, figures) : null;
}

/** Asks, then has the job's process take a recommendation or a value. */
export async function applySetting(watch, what, label) {
  await unlock();
  const text = "Takes effect within two seconds. You will see the effect in the history on Tuning.";
  if (!(await confirmQuestion({ title: `${label}?`, text, yes: "Apply" }))) return null;
  const made = await change("POST", "tuning/apply", { job: watch.id, ...what });
  tell(
    `${label
      .replace(/^Set /, "")
      .replace(/^./, (each) => each.toUpperCase())
      .replace(" to ", " set to ")}.`,
  );
  await watch.loadTuning();
  return made;
}
