// The line of figures above the tabs.

import { h, say } from "../core/dom.js";
import { bytes, compact, count, duration, moment, progress } from "../core/format.js";
import { isActive, share } from "../state/job-state.js";
import { bar, moveBar } from "../ui/parts.js";

/** An answer that takes longer than so many seconds is worth a word. */
const LONG_WAIT = 3;

const NAMES = [
  "Completed",
  "Rows",
  "Rows/s",
  "Bytes/s",
  "Time left",
  "In flight",
  "Retries",
  "Errors",
];

export class JobFigures {
  #values = {};
  #bar = bar(0, "0 %");
  #phase = h("p", { class: "phase", role: "status", hidden: true });
  element = h("div", { class: "figures-box", hidden: true });

  constructor(watch, signal) {
    const list = h("dl", { class: "figures" });
    for (const name of NAMES) {
      this.#values[name] = { label: h("dt", {}, name), value: h("dd", { class: "num" }) };
      list.append(h("div", {}, this.#values[name].label, this.#values[name].value));
    }
    this.element.append(this.#bar, list, this.#phase);
    watch.on("job", (job) => this.#draw(job), signal);
  }

  #draw(job) {
    this.element.hidden = false;
    const live = isActive(job) ? job.live : null;
    const done = share(job);
    const { partitions, done: finished, failed, rows } = job.figures;
    moveBar(
      this.#bar,
      done,
      `${progress(done)}, ${count(finished)} of ${count(partitions)} partitions`,
    );
    this.#say("Completed", progress(done), `${count(finished)} of ${count(partitions)} partitions`);
    this.#say("Rows", compact(live?.rows ?? rows), count(live?.rows ?? rows));
    const seconds = secondsRun(job);
    this.#name("Rows/s", live ? "Rows/s" : "Mean rows/s");
    this.#say(
      "Rows/s",
      compact(live ? Math.round(live.rowsPerSecond) : seconds ? Math.round(rows / seconds) : null),
    );
    this.#say("Bytes/s", live ? bytes(live.bytesPerSecond) : "–");
    this.#name("Time left", live ? "Time left" : "Took");
    this.#say(
      "Time left",
      duration(live ? live.remainingSeconds : seconds),
      job.started ? `Since ${moment(job.started)}` : "",
    );
    this.#say("In flight", live ? `${count(live.inFlight)} / ${count(live.inFlightBound)}` : "–");
    this.#say("Retries", count(live?.retries));
    this.#name("Errors", live ? "Errors" : "Failed");
    this.#say("Errors", count(live ? live.errors : failed));
    const text = phase(live);
    this.#phase.hidden = !text;
    say(this.#phase, text);
  }

  #name(name, text) {
    say(this.#values[name].label, text);
  }

  #say(name, text, title) {
    say(this.#values[name].value, text);
    if (title !== undefined) this.#values[name].value.title = title;
  }
}

/** What keeps the job from moving; empty for nothing. */
function phase(live) {
  if (live?.phase === "paused") return `Paused. ${live.phaseReason ?? ""}`;
  return live?.unansweredSeconds >= LONG_WAIT
    ? `The cluster has not answered for ${duration(live.unansweredSeconds)}.`
    : "";
}

function secondsRun(job) {
  if (!job.started || !job.completed) return null;
  return (Date.parse(job.completed) - Date.parse(job.started)) / 1000;
}
