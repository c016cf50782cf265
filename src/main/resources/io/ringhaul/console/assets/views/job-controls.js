// The actions that are possible now: stop, start or resume, edit; the rest is in a menu.

import { change, unlock } from "../core/api.js";
import { h, keep } from "../core/dom.js";
import { count } from "../core/format.js";
import { go, jobsAddress } from "../core/router.js";
import { actions } from "../state/job-state.js";
import { tally } from "../state/partition.js";
import { editJob, resumeJob } from "../ui/job-forms.js";
import { attempt, tell } from "../ui/notices.js";
import { confirmQuestion } from "../ui/questions.js";

export class JobControls {
  element = h("div", { class: "controls", role: "group", "aria-label": "Actions", hidden: true });
  #watch;
  #signal;
  #buttons;

  constructor(watch, signal) {
    this.#watch = watch;
    this.#signal = signal;
    this.#buttons = {
      stop: this.#button("stop", "Stop", () => this.#stop()),
      start: this.#button("start", "Resume", () => resume(watch)),
      restart: this.#button("restart", "Start over", () => this.#restart()),
      edit: this.#button("edit", "Edit", () => this.#edit()),
      delete: this.#button("delete", "Delete", () => this.#delete()),
    };
    watch.on("job", (job) => this.#draw(job), signal);
  }

  #button(name, label, work) {
    const button = h("button", { class: "button", type: "button", "data-testid": name }, label);
    button.addEventListener("click", () =>
      attempt(button, async () => {
        await unlock();
        await work();
      }),
    );
    return button;
  }

  #draw(job) {
    this.element.hidden = false;
    const possible = actions(job);
    this.#buttons.start.textContent = job.started ? "Resume" : "Start";
    const isCalm = job.status === "PENDING" || job.status === "STOPPED";
    this.#buttons.start.classList.toggle("primary", isCalm);
    const shown = Object.entries(this.#buttons).filter(([name]) => possible[name]);
    const focused = this.element.contains(document.activeElement);
    keep(
      this.element,
      shown.map(([, button]) => button),
    );
    if (focused && !this.element.contains(document.activeElement)) shown[0]?.[1].focus();
  }

  async #stop() {
    const { done } = this.#watch.job.figures;
    const { RUNNING } = tally(this.#watch.partitions);
    const again = RUNNING ? `${tasks(RUNNING)} will run again when you resume. ` : "";
    const text = `${again}${tasks(done, "finished")} ${done === 1 ? "is" : "are"} kept.`;
    await this.#post("stop", { title: "Stop this job?", text, yes: "Stop" }, "Stopping …");
  }

  async #restart() {
    const { done } = this.#watch.job.figures;
    const text = `The ${tasks(done, "finished")} will be run again.`;
    await this.#post(
      "restart",
      { title: "Start over?", text, yes: "Start over", tone: "danger" },
      "Starting over …",
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
    const text = `The job and its history are removed from the job store. ${filesOf(this.#watch.job)}`;
    if (
      !(await confirmQuestion({ title: "Delete this job?", text, yes: "Delete", tone: "danger" }))
    )
      return;
    await change("DELETE", `batch-jobs/${encodeURIComponent(this.#watch.id)}`);
    // Removing files takes its time: the reader may be at another job meanwhile.
    if (!this.#signal.aborted) go(jobsAddress());
    tell("The job is deleted.");
  }
}

/** Asks for changed options and resumes the job with them. */
export async function resume(watch) {
  await unlock();
  const job = await resumeJob(watch.job);
  if (!job) return;
  watch.takeJob(job);
  tell("Starting …");
}

function tasks(number, kind = "running") {
  return `${count(number)} ${kind} ${number === 1 ? "task" : "tasks"}`;
}

/** What becomes of its files when it is deleted. */
function filesOf({ kind, status, command }) {
  if (kind === "COUNT") return "";
  if (kind === "DELETE") return "Rows that it deleted stay deleted.";
  if (kind !== "EXPORT") return "Rows that it wrote stay in the table.";
  return status === "COMPLETED" || !command?.length
    ? "Files that it wrote stay where they are."
    : "Files that it wrote are removed, because the export is not complete.";
}
