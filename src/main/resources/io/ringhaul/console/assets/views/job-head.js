// The head of a job: what goes where, its health and limit in one sentence, and four figures.

import { fill, h, say } from "../core/dom.js";
import {
  NONE,
  bytes,
  clock,
  compact,
  count,
  duration,
  moment,
  progress,
  shortId,
} from "../core/format.js";
import { jobAddress, jobsAddress } from "../core/router.js";
import {
  changeableLimit,
  healthSentence,
  isActive,
  limitSentence,
  rate,
  route,
  secondsRun,
  share,
  standsStill,
  stateTone,
  stateWord,
  tableOf,
  timeLeft,
} from "../state/job-state.js";
import { badge, bar, labels, moveBar, pathLine } from "../ui/parts.js";
import { JobControls } from "./job-controls.js";

const ICONS = {
  completed: "✓",
  failed: "✕",
  failing: "⚠",
  interrupted: "✕",
  paused: "⏸",
  slowed: "⚠",
  stalled: "⚠",
};

/** Less than a day, so that the time of the day is unmistakable. */
const DAY = 20 * 3600;

export class JobHead {
  element = h("div", { class: "job-head", hidden: true });
  #watch;
  #title = h("h1", { class: "route" });
  #about = h("p", { class: "job-about muted" });
  #badge = h("span", { class: "head-badge" });
  #health = h("span");
  /** Says a change of the state once; the sentence beside the badge changes each second. */
  #spoken = h("span", { class: "sr-only", role: "status", "data-testid": "spoken" });
  #limit = h("span", { "data-testid": "limit" });
  #change;
  #figures = {};
  #bar = bar(0, "0 %");
  #looks = new Map();

  constructor(watch, signal) {
    this.#watch = watch;
    this.#change = h(
      "a",
      { class: "button small", href: jobAddress(watch.id, "tuning"), hidden: true },
      "Change limit",
    );
    const list = h("dl", { class: "figures" });
    for (const name of ["done", "left", "rate", "tasks"]) {
      const figure = {
        label: h("dt"),
        value: h("dd", { class: "num" }),
        note: h("dd", { class: "figure-note num" }),
      };
      figure.box = h("div", { class: `figure-${name}` }, figure.label, figure.value, figure.note);
      this.#figures[name] = figure;
      list.append(figure.box);
    }
    this.element.append(
      h(
        "div",
        { class: "page-head" },
        h(
          "div",
          { class: "job-title" },
          h(
            "nav",
            { class: "crumbs", "aria-label": "Breadcrumb" },
            h("a", { href: jobsAddress() }, "Jobs"),
            h("span", { "aria-hidden": "true" }, " / "),
          ),
          this.#title,
        ),
        new JobControls(watch, signal).element,
      ),
      h(
        "div",
        { class: "health" },
        this.#badge,
        this.#spoken,
        this.#health,
        this.#limit,
        this.#change,
        this.#about,
      ),
      list,
      this.#bar,
    );
    watch.on("job", (job) => this.#draw(job), signal);
    watch.on("connection", (state) => this.#connected(state), signal);
  }

  /** Draws a part again where what it shows has changed. */
  #once(name, look, draw) {
    const text = JSON.stringify(look);
    if (this.#looks.get(name) === text) return;
    this.#looks.set(name, text);
    draw();
  }

  #draw(job) {
    this.element.hidden = false;
    const tone = stateTone(job);
    this.element.dataset.tone = tone;
    this.#once("title", [job.name, job.subject, job.description, job.labels], () =>
      this.#drawTitle(job),
    );
    this.#once("badge", [tone, stateWord(job)], () => {
      fill(this.#badge, badge(job));
      say(this.#spoken, `${stateWord(job)}. ${healthSentence(job)}`.trim());
    });
    document.title = titleOf(job);
    const health = healthSentence(job);
    say(this.#health, health);
    // Both sentences are to fit into one line.
    say(this.#limit, limitSentence(job, { withShare: !health }));
    this.#change.hidden = !changeableLimit(job);
    const done = share(job);
    const { partitions, done: finished } = job.figures;
    moveBar(this.#bar, done, `${progress(done)}, ${count(finished)} of ${count(partitions)} tasks`);
    this.#drawFigures(job, done);
  }

  #drawTitle(job) {
    const way = route(job);
    const plain = way ? `${way.from}${way.to ? ` to ${way.to}` : ""}` : job.name || job.id;
    this.#title.setAttribute("aria-label", plain);
    const table = tableOf(job);
    const { format, location } = job.subject ?? {};
    const end = (text) =>
      text === table
        ? h("span", { class: "table" }, text)
        : h(
            "span",
            { class: "outside" },
            format ? h("span", {}, format) : null,
            location ? pathLine(location) : null,
          );
    const arrow = h("span", { class: "arrow" }, "→");
    fill(this.#title, way ? [end(way.from), way.to ? [arrow, end(way.to)] : null] : plain);
    this.#title.title = plain;
    fill(
      this.#about,
      h(
        "span",
        { title: job.id },
        [
          job.name !== plain ? job.name : null,
          job.description,
          job.kind.toLowerCase(),
          shortId(job.id),
        ]
          .filter(Boolean)
          .join(" · "),
      ),
      labels(job.labels),
    );
  }

  #drawFigures(job, done) {
    const active = isActive(job);
    const live = active ? job.live : null;
    const now = Date.now();
    const { partitions, done: finished, failed, rows } = job.figures;
    const estimate = live?.estimatedTotalRows;
    const of = estimate && done > 0 ? ` of about ${compact(roughly(estimate))}` : "";
    const planned = partitions > 0 || done > 0;
    const handled = live?.rows ?? rows;
    this.#say(
      "done",
      "Done",
      planned ? progress(done) : NONE,
      handled ? `${compact(handled)} rows${of}` : "",
    );
    this.#bar.hidden = !planned;
    const seconds = secondsRun(job, now);
    if (live && done < 1)
      this.#say(
        "left",
        "Time left",
        timeLeft(job),
        endText(job, now) || startText(job),
      );
    else
      this.#say(
        "left",
        active ? "Running for" : "Duration",
        duration(seconds),
        active ? sinceText(job) : startText(job),
      );
    const rowsPerSecond = rate(job, now);
    const limit = Number(live?.settings?.maxRowsPerSecond ?? job.settings?.maxRowsPerSecond);
    this.#say(
      "rate",
      live ? "Rate" : "Mean rate",
      rowsPerSecond === null ? NONE : `${count(rowsPerSecond)} rows/s`,
      live
        ? limit > 0
          ? `limit ${count(limit)} rows/s`
          : typeof live.bytesPerSecond === "number"
            ? `${bytes(live.bytesPerSecond)}/s`
            : ""
        : job.result?.bytes
          ? `${bytes(job.result.bytes)} written`
          : "",
    );
    const tasks = partitions ? `${count(finished)} of ${count(partitions)}` : NONE;
    this.#say("tasks", "Tasks", tasks, trouble(live, failed, job));
    this.#figures.tasks.note.classList.toggle("bad", failed > 0 || live?.errors > 0);
  }

  /** A figure that stays unknown, because the job has ended, has no place. */
  #say(name, label, value, note) {
    const figure = this.#figures[name];
    const { job } = this.#watch;
    const hasEnded = !isActive(job) && job.status !== "PENDING";
    figure.box.hidden = hasEnded && value === NONE && !note;
    say(figure.label, label);
    say(figure.value, value);
    say(figure.note, note);
    if (figure.note.title !== note) figure.note.title = note;
  }

  /** Figures of a page that lost its connection are grey and say as of when they are. */
  #connected(state) {
    const lost = state === "lost" || state === "gone";
    document.documentElement.classList.toggle("stale", lost);
  }
}

/** What the tab of the browser shows: progress and rate first, or what is wrong. */
function titleOf(job) {
  const way = route(job);
  const name = way?.from ?? (job.name || job.id);
  const tone = stateTone(job);
  if (ICONS[tone]) return `${ICONS[tone]} ${stateWord(job)} · ${name}`;
  return isActive(job) ? `${progress(share(job))} · ${name}` : `${name} · Ringhaul`;
}

function endText(job, now) {
  const left = job.live?.remainingSeconds;
  if (standsStill(job) || typeof left !== "number") return "";
  const end = now + left * 1000;
  if (left < 600) return `ends about ${clock(end)}`;
  return `ends about ${(left < DAY ? clock(end) : moment(end)).replace(/:\d\d$/, "")}`;
}

function startText(job) {
  return job.started ? `started ${moment(job.started)}` : sinceText(job);
}

function sinceText(job) {
  return job.started ? `since ${moment(job.started)}` : `created ${moment(job.created)}`;
}

function trouble(live, failed, job) {
  if (failed) return `${count(failed)} failed`;
  if (!live)
    return job.figures.rejectedRows ? `${count(job.figures.rejectedRows)} rejected rows` : "";
  const { inFlight, inFlightBound } = live;
  return [
    live.errors ? `${count(live.errors)} ${live.errors === 1 ? "error" : "errors"}` : null,
    live.retries ? `${count(live.retries)} ${live.retries === 1 ? "retry" : "retries"}` : null,
    inFlightBound ? `${count(inFlight)} of ${count(inFlightBound)} in flight` : null,
  ]
    .filter(Boolean)
    .join(" · ");
}

/** Two digits are enough for an estimate. */
function roughly(value) {
  const power = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1);
  return Math.round(value / power) * power;
}
