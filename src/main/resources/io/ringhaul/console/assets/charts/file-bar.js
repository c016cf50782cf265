// The files of an import as a bar: a part for each task in the order of the source, with gaps
// between files.

import { fill, h, say } from "../core/dom.js";
import { bytes, compact, count, progress } from "../core/format.js";
import { colour, onTheme } from "../core/theme.js";
import { isActive, share } from "../state/job-state.js";
import { describe, details, runningShare, tally } from "../state/partition.js";
import { Tip } from "../ui/tip.js";
import { noOftener, onPointer, onResize, sharp } from "./canvas.js";

const HEIGHT = 46;
const GAP = 3;
const HINT = "None chosen; use the arrow keys.";
const MOST_FILES = 8;

export class FileBar {
  element = h("div", { class: "files-box" });
  #open;
  #canvas = h("canvas", { "aria-hidden": "true" });
  #field = h(
    "div",
    {
      class: "files",
      role: "slider",
      tabindex: "0",
      "aria-label": "Tasks by file",
      "aria-valuemin": 0,
      "aria-valuemax": 0,
      "aria-valuenow": 0,
      "aria-valuetext": HINT,
      "data-testid": "files",
    },
    this.#canvas,
  );
  #tip = new Tip(this.#field);
  #lead = h("p", { class: "files-lead num" });
  #legend = h("div", { class: "legend" });
  #list = h("ul", { class: "file-list" });
  #tasks = [];
  #places = [];
  #partitions = new Map();
  #completed = 0;
  #chosen = -1;
  #draw;

  constructor(signal, open) {
    this.#open = open;
    this.#draw = noOftener(200, () => this.#paint(), signal);
    this.element.append(this.#lead, this.#field, this.#legend, this.#list);
    onResize(this.#field, this.#draw, signal);
    onTheme(this.#draw, signal);
    onPointer(
      this.#field,
      (event) => this.#choose(this.#under(event)),
      () => this.#choose(-1),
    );
    this.#field.addEventListener("blur", () => this.#choose(-1));
    this.#field.addEventListener("keydown", (event) => this.#key(event));
    this.#field.addEventListener("click", (event) => this.#enter(this.#under(event)));
  }

  /** Takes all tasks. */
  set(partitions) {
    this.#partitions = partitions;
    this.#tasks = [...partitions.values()].sort((a, b) => a.number - b.number);
    this.#field.setAttribute("aria-valuemax", this.#tasks.length);
    Object.assign(this.#field.dataset, { total: this.#tasks.length });
    this.#draw();
  }

  tell(job) {
    this.#completed = share(job);
    const rows = (isActive(job) ? job.live?.rows : null) ?? job.figures.rows;
    say(this.#lead, `${progress(this.#completed)} · ${compact(rows)} rows`);
    this.#draw();
  }

  #under(event) {
    const x = event.clientX - this.#field.getBoundingClientRect().left;
    return this.#places.findIndex(({ left, width }) => x >= left - 1 && x < left + width + 1);
  }

  #key(event) {
    const last = this.#tasks.length - 1;
    const next = {
      ArrowRight: this.#chosen + 1,
      ArrowLeft: this.#chosen - 1,
      Home: 0,
      End: last,
    }[event.key];
    if (next !== undefined) this.#choose(Math.max(0, Math.min(last, next)));
    else if (event.key === "Escape") this.#choose(-1);
    else if (event.key === "Enter") this.#enter(this.#chosen);
    else return;
    event.preventDefault();
  }

  #enter(index) {
    if (index >= 0) this.#open(this.#tasks[index]);
  }

  #choose(index) {
    this.#chosen = index;
    const task = this.#tasks[index];
    const place = this.#places[index];
    const now = Date.now();
    if (task && place) this.#tip.show(place.left + place.width / 2, HEIGHT - 4, details(task, now));
    else this.#tip.hide();
    this.#field.setAttribute("aria-valuenow", index + 1);
    this.#field.setAttribute("aria-valuetext", task ? describe(task, now) : HINT);
    this.#draw();
  }

  /** Widths follow the bytes of the tasks where they are known. */
  #layOut(width) {
    const files = this.#tasks.map(fileOf);
    const gaps = files.filter((file, i) => i && file !== files[i - 1]).length;
    const gap = gaps * GAP > width / 3 ? 0 : GAP;
    const known = this.#tasks.every((each) => each.bytes > 0);
    const sizeOf = (each) => (known ? each.bytes : 1);
    const all = this.#tasks.reduce((sum, each) => sum + sizeOf(each), 0) || 1;
    let left = 0;
    this.#places = this.#tasks.map((each, i) => {
      if (i && files[i] !== files[i - 1]) left += gap;
      const part = (sizeOf(each) / all) * (width - gaps * gap);
      left += part;
      return { left: left - part, width: part };
    });
  }

  #paint() {
    const width = this.#field.clientWidth;
    const counts = tally(this.#partitions);
    this.#field.dataset.done = counts.DONE;
    this.#drawFiles();
    if (!width) return;
    this.#layOut(width);
    const context = sharp(this.#canvas, width, HEIGHT);
    const shareOf = runningShare(this.#partitions, this.#completed);
    const filled = {
      DONE: colour("--done"),
      RUNNING: colour("--running"),
      FAILED: colour("--failed"),
    };
    this.#tasks.forEach((task, i) => {
      const { left, width: full } = this.#places[i];
      const edge = full > 4 ? 1 : 0;
      context.fillStyle =
        task.status === "RUNNING" ? colour("--running-rest") : colour("--pending");
      context.fillRect(left, 4, Math.max(0.7, full - edge), HEIGHT - 8);
      if (!filled[task.status]) return;
      context.fillStyle = filled[task.status];
      const part = task.status === "RUNNING" ? shareOf(task) : 1;
      context.fillRect(left, 4, Math.max(0.7, (full - edge) * part), HEIGHT - 8);
    });
    const chosen = this.#places[this.#chosen];
    if (!chosen) return;
    context.strokeStyle = colour("--ink");
    context.lineWidth = 2;
    context.strokeRect(chosen.left + 1, 3, Math.max(3, chosen.width - 2), HEIGHT - 6);
  }

  /** The largest files with how far they are; the states of all tasks. */
  #drawFiles() {
    const files = new Map();
    for (const task of this.#tasks) {
      const file = files.get(fileOf(task)) ?? { tasks: 0, done: 0, bytes: 0, rows: 0 };
      file.tasks++;
      file.done += task.status === "DONE" ? 1 : 0;
      file.bytes += task.bytes;
      file.rows += task.rows;
      files.set(fileOf(task), file);
    }
    const counts = tally(this.#partitions);
    const states = [
      ["done", "Done", counts.DONE],
      ["running", "Running", counts.RUNNING],
      ["pending", "Waiting", counts.PENDING],
      ["failed", "Failed", counts.FAILED],
    ].filter(([, , n]) => n);
    fill(
      this.#legend,
      states.map(([tone, word, n]) =>
        h(
          "span",
          { class: "key" },
          h("i", { class: `swatch ${tone}`, "aria-hidden": "true" }),
          `${word} ${count(n)}`,
        ),
      ),
      h("span", {}, `${count(files.size)} ${files.size === 1 ? "file" : "files"}`),
    );
    const open = [...files].sort(([, a], [, b]) => b.tasks - b.done - (a.tasks - a.done));
    fill(
      this.#list,
      open
        .slice(0, MOST_FILES)
        .map(([name, file]) =>
          h(
            "li",
            {},
            h(
              "span",
              { class: "file-name mono", title: name },
              name.slice(name.lastIndexOf("/") + 1),
            ),
            h(
              "span",
              { class: "muted num" },
              [
                file.bytes ? bytes(file.bytes) : null,
                `${count(file.done)} of ${count(file.tasks)} ${file.tasks === 1 ? "task" : "tasks"}`,
              ]
                .filter(Boolean)
                .join(" · "),
            ),
          ),
        ),
      files.size > MOST_FILES
        ? h("li", { class: "muted" }, `and ${count(files.size - MOST_FILES)} more`)
        : null,
    );
  }
}

function fileOf({ files }) {
  return files[0]?.path ?? "source";
}
