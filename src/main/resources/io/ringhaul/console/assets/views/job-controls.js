// Start, stop, restart, edit and delete, each after a question.

import { change } from "../core/api.js";
import { fill, h } from "../core/dom.js";
import { count } from "../core/format.js";
import { go, jobsAddress } from "../core/router.js";
import { controls } from "../state/job-state.js";
import { editJob } from "../ui/job-forms.js";
import { attempt, tell } from "../ui/notices.js";
import { confirmQuestion } from "../ui/questions.js";

export class JobControls {
  element = h("div", { class: "controls", role: "group", "aria-label": "Controls" });
  #watch;
  #buttons = {};

  constructor(watch, signal) {
    this.#watch = watch;
    this.#add("start", "Start", () => this.#start());
    this.#add("stop", "Stop", () => this.#stop());
    this.#add("restart", "Restart", () => this.#restart());
    this.#add("edit", "Edit", () => this.#edit());
    this.#add("delete", "Delete", () => this.#delete());
    this.element.hidden = true;
    watch.on("job", (job) => this.#draw(job), signal);
  }

  #add(name, label, work) {
    const button = h("button", { class: "button", type: "button", "data-testid": name }, label);
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-disabled") === "true") tell(button.title);
      else attempt(button, work);
    });
    this.#buttons[name] = button;
    this.element.append(button);
  }

  #draw(job) {
    this.element.hidden = false;
    const reasons = controls(job);
    for (const [name, button] of Object.entries(this.#buttons)) {
      // Not disabled but aria-disabled: it keeps the focus and can say why it does nothing.
      button.setAttribute("aria-disabled", Boolean(reasons[name]));
      button.title = reasons[name] ?? "";
    }
    const resumes = job.figures.done > 0 || job.started;
    fill(this.#buttons.start, resumes && job.status !== "COMPLETED" ? "Resume" : "Start");
    this.#buttons.start.classList.toggle("primary", !reasons.start);
  }

  async #start() {
    const { figures } = this.#watch.job;
    const left = figures.partitions - figures.done;
    const text = figures.done
      ? `The job goes on where it stood: ${count(left)} of ${count(figures.partitions)} partitions are left.`
      : "The job begins from nothing.";
    await this.#post("start", { title: "Start the job?", text, yes: "Start" }, "The job starts.");
  }

  async #stop() {
    const text =
      "Partitions that run are given up, finished ones are kept. The job can be resumed later.";
    await this.#post(
      "stop",
      { title: "Stop the job?", text, yes: "Stop" },
      "The job is told to stop.",
    );
  }

  async #restart() {
    const done = this.#watch.job.figures.done;
    const text = `The job runs again from nothing; the ${count(done)} finished partitions are done anew.`;
    await this.#post(
      "restart",
      { title: "Restart the job?", text, yes: "Restart", tone: "danger" },
      "The job starts from nothing.",
    );
  }

  async #post(action, question, done) {
    if (!(await confirmQuestion(question))) return;
    const job = await change("POST", `batch-jobs/${encodeURIComponent(this.#watch.id)}/${action}`);
    if (job) this.#watch.takeJob(job);
    tell(done);
  }

  async #edit() {
    const job = await editJob(this.#watch.job);
    if (!job) return;
    this.#watch.takeJob(job);
    tell("Saved.");
  }

  async #delete() {
    const text = `The job and its history leave the job store. ${filesOf(this.#watch.job)}`;
    if (!(await confirmQuestion({ title: "Delete the job?", text, yes: "Delete", tone: "danger" })))
      return;
    await change("DELETE", `batch-jobs/${encodeURIComponent(this.#watch.id)}`);
    go(jobsAddress());
    tell("The job is deleted.");
  }
}

/** What becomes of its files when it is deleted. */
function filesOf({ kind, status, command }) {
  if (kind === "DELETE") return "Rows that it deleted stay deleted.";
  if (kind !== "EXPORT") return "Rows that it wrote stay in the table.";
  return status === "COMPLETED" || !command?.length
    ? "Files that it wrote stay where they are."
    : "Files that it wrote are removed: they are no result yet.";
}
