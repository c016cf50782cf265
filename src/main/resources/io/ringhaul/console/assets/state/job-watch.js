// One job as it changes: its figures, tasks, bottlenecks, tuning and series, kept up to date by events.

import { readAgain } from "../core/again.js";
import { ApiError, Declined, get } from "../core/api.js";
import { Emitter } from "../core/emitter.js";
import { listen } from "../core/events.js";
import { tokenGiven } from "../core/token.js";
import { prepared } from "./partition.js";
import { SeriesStore } from "./series.js";
import { TimeAxis } from "./time-axis.js";

// The server reads all partitions for each page: few large ones, which go out zipped, cost it less.
const PAGE = 10_000;
const POINTS = 50_000;
const DRAWN = [
  "rows_per_second",
  "bytes_per_second",
  "p99_ms",
  "p50_ms",
  "paused",
  "seconds",
  "worker_utilisation",
];

/**
 * Topics: `job`; `partitions` with those that changed, or null for all; `bottlenecks`; `tuning`;
 * `series`; `connection`; `failure` with an error, and `recovery` with one that is over; `gone`
 * when the job does not exist.
 */
export class JobWatch {
  job = null;
  partitions = new Map();
  bottlenecks = new Map();
  /** Changes of settings, newest first. */
  tuning = [];
  series = new SeriesStore();
  /** The time that the charts show. */
  axis = new TimeAxis();
  loaded = false;
  /** Whether the series were read. */
  measured = false;
  #topics = new Emitter();
  #signal;
  #early = null;
  #loading = 0;
  #loadingTuning = 0;

  constructor(id, signal) {
    this.id = id;
    this.#signal = signal;
  }

  on(topic, listener, signal) {
    this.#topics.on(topic, listener, signal);
  }

  async open() {
    await this.#guarded(() => this.#loadJob());
    if (!this.job) return;
    await listen(
      { job: this.id },
      {
        signal: this.#signal,
        onState: (state) => this.#topics.emit("connection", state),
        // The list is asked for once the stream is open: what changes meanwhile comes as an event.
        onOpen: () => this.#loadAll(),
        onEvent: (event, data) => this.#event(event, data),
      },
    );
  }

  /** Where reading needs a token that the reader does not give yet, it waits for one. */
  async #loadJob() {
    const path = `batch-jobs/${encodeURIComponent(this.id)}`;
    try {
      const job = await this.#read(() => get(path, {}, this.#signal));
      if (job) this.#take(job);
    } catch (failure) {
      if (!(failure instanceof Declined)) throw failure;
      this.#topics.emit("connection", "refused");
      await tokenGiven(this.#signal);
      if (!this.#signal.aborted) await this.#loadJob();
    }
  }

  /** Takes a job or partition that a call answered, before the next event brings it. */
  takeJob(job) {
    this.#take(job);
  }

  takePartition(partition) {
    this.#takePartitions([partition]);
  }

  #event(event, data) {
    if (event === "job") this.#take(data);
    else if (event === "bottleneck") this.#takeBottleneck(data);
    else if (event === "partitions") {
      if (this.#early) this.#early.push(...data.items);
      else this.#takePartitions(data.items);
    }
  }

  #take(job) {
    // A resumed job keeps when it first started and what was measured since.
    const startedOver = Boolean(this.job?.started) && this.job.started !== job.started;
    const isSameRun = !startedOver && this.job?.run === job.run;
    const begunAnew = this.job && !isSameRun;
    const sample = job.live && job.live.time !== this.job?.live?.time ? job.live : null;
    // Lists and answers to calls carry no live figures; the last ones hold while the job runs.
    if (!job.live && this.job?.live && job.alive && isSameRun) job.live = this.job.live;
    const tuned =
      this.job?.live &&
      JSON.stringify(this.job.live.settings) !== JSON.stringify(job.live?.settings);
    this.job = job;
    if (startedOver) this.#forget();
    if (begunAnew) this.#loadAll();
    else if (tuned) this.#guarded(() => this.loadTuning());
    if (sample) this.#sample(sample);
    this.#topics.emit("job", job);
    if (sample) this.#topics.emit("series", null);
  }

  /** What the job did before it was started over is gone from the store. */
  #forget() {
    this.loaded = this.measured = false;
    this.partitions = new Map();
    this.bottlenecks = new Map();
    this.series.clear();
    for (const topic of ["partitions", "bottlenecks", "series"]) this.#topics.emit(topic, null);
    // The charts have nothing left that they would cover again.
    this.axis.forget();
  }

  #sample(live) {
    const at = Date.parse(live.time);
    this.series.add("job", "rows_per_second", at, live.rowsPerSecond);
    this.series.add("job", "bytes_per_second", at, live.bytesPerSecond);
    this.series.add("job", "paused", at, live.phase === "paused" ? 1 : 0);
    for (const { name, seconds } of live.stages ?? [])
      this.series.add(`stage:${name}`, "seconds", at, seconds);
    for (const { node, p50Millis, p99Millis } of live.nodes ?? []) {
      this.series.add(`node:${node}`, "p50_ms", at, p50Millis);
      this.series.add(`node:${node}`, "p99_ms", at, p99Millis);
    }
    if (live.bottleneck) this.#takeBottleneck({ ...live.bottleneck, open: true });
  }

  #takePartitions(items) {
    for (const item of items) this.partitions.set(item.number, prepared(item));
    this.#topics.emit("partitions", items);
  }

  #takeBottleneck(bottleneck) {
    this.bottlenecks.set(bottleneck.id, bottleneck);
    this.#topics.emit("bottlenecks", bottleneck);
  }

  async #loadAll() {
    const loading = ++this.#loading;
    const fresh = () => loading === this.#loading && !this.#signal.aborted;
    await Promise.all([
      this.#guarded(() => this.#read(() => this.#loadPartitions(fresh), fresh)),
      this.#guarded(() => this.#loadSeries(fresh)),
      this.#guarded(() => this.#loadBottlenecks(fresh)),
      this.#guarded(() => this.#read(() => this.loadTuning(), fresh)),
    ]);
  }

  /** Where the token is missing, or the job, it is the stream that begins anew. */
  #read(work, isWanted) {
    return readAgain(work, {
      signal: this.#signal,
      tell: (failure) => this.#topics.emit("failure", failure),
      retract: (failure) => this.#topics.emit("recovery", failure),
      isWanted,
    });
  }

  async #loadPartitions(fresh) {
    this.#early = [];
    try {
      await this.#readPartitions(fresh);
    } catch (failure) {
      if (fresh()) this.#goOnWithout();
      throw failure;
    }
  }

  /** The list could not be read: what came meanwhile is shown. */
  #goOnWithout() {
    const early = this.#early ?? [];
    this.#early = null;
    if (early.length) this.#takePartitions(early);
  }

  async #readPartitions(fresh) {
    const all = new Map();
    for (let offset = 0, total = 1; offset < total; offset += PAGE) {
      const page = await get(
        `batch-jobs/${encodeURIComponent(this.id)}/partitions`,
        { offset, limit: PAGE },
        this.#signal,
      );
      if (!fresh()) return;
      total = page.items.length ? page.total : 0;
      for (const item of page.items) all.set(item.number, prepared(item));
    }
    for (const item of this.#early ?? []) all.set(item.number, prepared(item));
    this.#early = null;
    this.partitions = all;
    this.loaded = true;
    this.#topics.emit("partitions", null);
  }

  async #loadSeries(fresh) {
    const answers = await this.#read(
      () =>
        Promise.all(
          DRAWN.map((name) =>
            get("performance-metrics", { job: this.id, name, limit: POINTS }, this.#signal),
          ),
        ),
      fresh,
    );
    if (!fresh()) return;
    this.series.clear();
    answers.forEach((answer) => this.series.replace(answer));
    this.measured = true;
    this.#topics.emit("series", null);
  }

  async #loadBottlenecks(fresh) {
    const query = { job: this.id, limit: 1000 };
    const before = this.bottlenecks;
    // Events go on in a copy: those that come meanwhile are newer than the answer.
    this.bottlenecks = new Map(before);
    const answer = await this.#read(
      () => get("performance-metrics/bottlenecks", query, this.#signal),
      fresh,
    );
    if (!fresh()) return;
    const news = [...this.bottlenecks].filter(([id, each]) => each !== before.get(id));
    this.bottlenecks = new Map([...answer.items.map((each) => [each.id, each]), ...news]);
    this.#topics.emit("bottlenecks", null);
  }

  /** Reads the changes of settings again. */
  async loadTuning() {
    const loading = ++this.#loadingTuning;
    const { items } = await get("tuning/history", { job: this.id, limit: 1000 }, this.#signal);
    // The answer to a later call may come before.
    if (loading !== this.#loadingTuning) return;
    this.tuning = items;
    this.#topics.emit("tuning", items);
  }

  async #guarded(work) {
    try {
      await work();
    } catch (failure) {
      if (this.#signal.aborted || failure instanceof Declined) return;
      const unknown = failure.status === 404 || failure.status === 400;
      if (failure instanceof ApiError && unknown && !this.job) this.#topics.emit("gone", failure);
      else this.#topics.emit("failure", failure);
    }
  }
}
