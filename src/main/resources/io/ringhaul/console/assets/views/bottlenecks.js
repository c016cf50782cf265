// What holds the job back: evidence, reason, recommendation, and a button that applies it.

import { change } from "../core/api.js";
import { fill, h, keep, say } from "../core/dom.js";
import { figure, heading, moment, words } from "../core/format.js";
import { jobAddress } from "../core/router.js";
import { attempt, tell } from "../ui/notices.js";
import { empty } from "../ui/parts.js";
import { confirmQuestion } from "../ui/questions.js";

const TITLES = {
  CLIENT_CPU: "This process lacks CPU",
  CLIENT_MEMORY: "This process lacks memory",
  DISK: "The disk is the limit",
  SERVER_OVERLOAD: "The server is overloaded",
  QUEUE_GROWTH: "A queue grows",
  LATENCY_SPIKE: "Latency has jumped",
  THROUGHPUT_DROP: "Throughput has dropped",
  ERROR_SPIKE: "Errors are piling up",
  CONTENTION: "Two jobs share a node",
  SKEW: "The work is uneven",
};

export function titleOf(bottleneck) {
  return TITLES[bottleneck.kind] ?? heading(bottleneck.kind.toLowerCase());
}

export function openBottlenecks(host, watch, signal) {
  const list = h("div", { class: "bottleneck-list" });
  const nothing = empty(
    "Nothing holds this job back",
    "Bottlenecks appear here while it runs, with their evidence and what to do.",
  );
  const cards = new Cards(watch);
  const draw = () => {
    const all = [...watch.bottlenecks.values()].sort(
      (a, b) => Number(b.open) - Number(a.open) || b.firstSeen.localeCompare(a.firstSeen),
    );
    keep(list, cards.of(all));
    keep(host, [all.length ? list : nothing]);
  };
  watch.on("bottlenecks", draw, signal);
  draw();
}

/** The newest open bottleneck, for the overview; nothing where there is none. */
export function currentBottleneck(watch, signal) {
  const place = h("div", { class: "current-bottleneck" });
  const all = h("a", { href: jobAddress(watch.id, "bottlenecks") });
  const cards = new Cards(watch);
  const draw = () => {
    const open = [...watch.bottlenecks.values()]
      .filter((each) => each.open)
      .sort((a, b) => b.firstSeen.localeCompare(a.firstSeen));
    place.hidden = !open.length;
    say(all, `All ${open.length} bottlenecks`);
    keep(place, [...cards.of(open.slice(0, 1)), ...(open.length > 1 ? [all] : [])]);
  };
  watch.on("bottlenecks", draw, signal);
  draw();
  return place;
}

/** The cards by bottleneck; one that is there is changed in place, so that its button stays. */
class Cards {
  #watch;
  #cards = new Map();

  constructor(watch) {
    this.#watch = watch;
  }

  of(bottlenecks) {
    return bottlenecks.map((bottleneck) => {
      if (!this.#cards.has(bottleneck.id)) this.#cards.set(bottleneck.id, new Card(this.#watch));
      return this.#cards.get(bottleneck.id).show(bottleneck);
    });
  }
}

class Card {
  #watch;
  #body = h("div");
  #when = h("span", { class: "muted num" });
  #footer = h("footer");
  #element = h("article", { "data-testid": "bottleneck" }, this.#body, this.#footer);
  #button = null;

  constructor(watch) {
    this.#watch = watch;
  }

  show(bottleneck) {
    const { open, firstSeen, lastSeen } = bottleneck;
    this.#element.className = `bottleneck ${open ? "open" : "closed"}`;
    fill(
      this.#body,
      h(
        "header",
        {},
        h("h3", {}, titleOf(bottleneck)),
        h("span", { class: "muted" }, bottleneck.component),
      ),
      h("p", {}, bottleneck.reason),
      evidence(bottleneck),
      h("p", { class: "recommendation" }, bottleneck.recommendation),
    );
    say(
      this.#when,
      open ? `Since ${moment(firstSeen)}` : `${moment(firstSeen)} to ${moment(lastSeen)}`,
    );
    const applicable = open && bottleneck.parameter && bottleneck.value !== null;
    keep(this.#footer, applicable ? [this.#apply(bottleneck), this.#when] : [this.#when]);
    return this.#element;
  }

  #apply({ parameter, value }) {
    const label = `Set ${words(parameter)} to ${figure(value)}`;
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

function evidence(bottleneck) {
  const figures = Object.entries(bottleneck.evidence ?? {}).map(([name, value]) =>
    h("div", {}, h("dt", {}, heading(name)), h("dd", { class: "num" }, figure(value))),
  );
  return figures.length ? h("dl", { class: "evidence" }, figures) : null;
}

/** Asks, then has the job's process take up a recommendation or a value. */
export async function applySetting(watch, what, label) {
  const text =
    "The job's process takes it up within two seconds, and the history tells what came of it.";
  if (!(await confirmQuestion({ title: `${label}?`, text, yes: "Apply" }))) return null;
  const made = await change("POST", "tuning/apply", { job: watch.id, ...what });
  tell("Asked for.");
  return made;
}
