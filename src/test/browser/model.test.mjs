// What the page makes of the API's answers, without a browser.
//
// ASSETS  the folder of the page's modules; default: the one of the source tree

import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const ASSETS =
  process.env.ASSETS ?? path.join(HERE, "../../main/resources/io/ringhaul/console/assets");
const load = (name) => import(pathToFileURL(path.join(ASSETS, name)).href);

const { pieces, smooth, within } = await load("charts/scale.js");
const { listen } = await load("core/events.js");
const { JobList } = await load("state/job-list.js");
const { duration, millis, percent, spelled } = await load("core/format.js");
const { eventsOf } = await load("state/events.js");
const {
  actions,
  changeableLimit,
  healthSentence,
  limitSentence,
  rate,
  secondsRun,
  stateWord,
  timeLeft,
} = await load("state/job-state.js");
const { JobWatch } = await load("state/job-watch.js");
const { placeNames } = await load("charts/wheel-geometry.js");
const { runningShare } = await load("state/partition.js");
const { SeriesStore } = await load("state/series.js");
const { TimeAxis } = await load("state/time-axis.js");
const { WorkMix } = await load("state/work-mix.js");

const signal = new AbortController().signal;

function job(overrides = {}) {
  return {
    id: "7c1f",
    name: "nightly",
    kind: "EXPORT",
    status: "RUNNING",
    alive: true,
    created: "2026-01-01T00:00:00Z",
    started: "2026-01-01T00:00:00Z",
    completed: null,
    figures: { partitions: 8, done: 0, failed: 0, rows: 0, rejectedRows: 0 },
    command: ["export"],
    settings: {},
    live: {
      phase: "running",
      completed: 0.5,
      remainingSeconds: 60,
      settings: { maxRowsPerSecond: 8000 },
    },
    ...overrides,
  };
}

/** Stands in for the browser: `answer` is called with each address that is asked for. */
function browse(answer) {
  globalThis.window = new EventTarget();
  globalThis.document = Object.assign(new EventTarget(), { hidden: false });
  globalThis.fetch = async (url, { signal: ending }) => answer(url, ending);
}

/** An answer that does not come. */
function silence(ending) {
  return new Promise((_, reject) =>
    ending.addEventListener("abort", () => reject(ending.reason), { once: true }),
  );
}

/** Lets what waits for answers go on. */
async function settle() {
  for (let i = 0; i < 5; i++) await new Promise(setImmediate);
}

function withHealth(state, more = {}) {
  return job({ live: { ...job().live, health: { state, text: "x", sinceSeconds: 8 }, ...more } });
}

test("a limit is told with its share and can be changed", () => {
  const limitedBy = {
    kind: "rows_per_second",
    share: 0.93,
    value: 8000,
    text: "your limit of 8,000 rows/s",
    parameter: "maxRowsPerSecond",
  };
  const limited = withHealth("running_well", { limitedBy });
  assert.equal(limitSentence(limited), "Limited by your limit of 8,000 rows/s (93 % of the time).");
  assert.equal(changeableLimit(limited), "maxRowsPerSecond");
  assert.equal(limitSentence(job()), "");
  const free = withHealth("running_well", { limitedBy: { ...limitedBy, kind: "nothing", parameter: null } });
  assert.equal(limitSentence(free), "Nothing limits this job.");
  assert.equal(changeableLimit(free), null);
});

test("an ended job tells what limited it and its rate", () => {
  const limitedBy = { kind: "cluster", share: 0.9, value: null, text: "the cluster" };
  const ended = job({
    status: "COMPLETED",
    alive: false,
    live: null,
    runSeconds: 100,
    figures: { ...job().figures, rows: 500 },
    result: { rows: 500, limitedBy },
  });
  assert.equal(limitSentence(ended), "Limited by the cluster (90 % of the time).");
  assert.equal(limitSentence({ ...ended, result: { rows: 500, limitedBy: null } }), "");
  assert.equal(rate(ended, Date.now()), 5);
  assert.equal(rate({ ...ended, result: { rowsPerSecond: 7.4 } }, Date.now()), 7);
  assert.equal(secondsRun(ended, Date.now()), 100);
});

test("a resume is an event, and a first run is none", () => {
  const eventsFor = (each) =>
    eventsOf({ job: each, bottlenecks: new Map(), tuning: [], series: new SeriesStore() });
  const first = job({ run: 1, runStarted: "2026-01-01T00:00:00Z" });
  assert.deepEqual(eventsFor(first), []);
  const [resume] = eventsFor(job({ run: 3, runStarted: "2026-01-01T02:00:00Z" }));
  assert.equal(resume.at, Date.parse("2026-01-01T02:00:00Z"));
  assert.equal(resume.kind, "resume");
  assert.equal(resume.text, "Resumed, attempt 3");
});

test("figures read as people say them", () => {
  assert.equal(percent(0.0002), "<0.1 %");
  assert.equal(percent(0), "0.0 %");
  assert.equal(percent(0.4, 0), "40 %");
  assert.equal(millis(2916.4), "2.92 s");
  assert.equal(duration(8), "8 s");
  assert.equal(duration(8.25), "8.3 s");
  assert.equal(spelled("PT2M"), "2 min 00 s");
  assert.equal(spelled("LOCAL_QUORUM"), "LOCAL_QUORUM");
});

test("a stall takes the place of the time left", () => {
  assert.equal(stateWord(withHealth("stalled")), "Stalled");
  assert.equal(timeLeft(withHealth("stalled")), "stalled for 8 s");
  assert.equal(timeLeft(withHealth("running_well")), "1 min 00 s");
});

test("a pause says why", () => {
  const paused = withHealth("paused", { pause: { reason: "outside of its window", until: null } });
  assert.equal(healthSentence(paused), "Outside of its window.");
  assert.equal(limitSentence(paused), "");
});

test("only possible actions are offered", () => {
  const offered = (each) =>
    Object.entries(actions(each))
      .filter(([, possible]) => possible)
      .map(([name]) => name);
  assert.deepEqual(offered(job()), ["stop", "edit"]);
  assert.deepEqual(offered(job({ status: "FAILED" })), ["start", "edit", "restart", "delete"]);
  assert.deepEqual(offered(job({ status: "COMPLETED" })), ["edit", "delete"]);
  assert.deepEqual(offered(job({ status: "FAILED", command: [] })), ["edit", "delete"]);
});

test("the list pins what runs or needs attention and groups the runs of a name", () => {
  const list = new JobList();
  const ended = (id, day, status) =>
    job({
      id,
      status,
      alive: false,
      live: null,
      created: `2026-01-0${day}T00:00:00Z`,
      completed: "2026-01-01T00:01:00Z",
    });
  list.replace([
    ended("a", 1, "COMPLETED"),
    ended("b", 2, "FAILED"),
    ended("c", 3, "COMPLETED"),
    { ...ended("d", 4, "FAILED"), name: "other" },
    { ...job(), id: "e", name: "third" },
  ]);
  const { pinned, groups } = list.sections({ status: "", text: "" });
  assert.deepEqual(pinned.map((each) => each.job.id).sort(), ["d", "e"]);
  assert.deepEqual(
    groups.map(({ jobs }) => jobs.map(({ id }) => id)),
    [["c", "b", "a"]],
  );
  assert.deepEqual(
    groups[0].history.runs.map(({ id }) => id),
    ["a", "b", "c"],
  );
  assert.equal(list.counts().get("failed"), 2);
  assert.equal(list.sections({ status: "failed", text: "other" }).pinned.length, 1);
});

test("jobs that the server does not tell of any more leave the list", () => {
  const list = new JobList();
  list.replace([job({ id: "a" }), job({ id: "b" })]);
  list.update([job({ id: "b" })]);
  assert.equal(list.size, 1);
});

test("a line breaks where nothing was measured", () => {
  const points = [1, 2, 3, 9, 10].map((second) => [second * 1000, second]);
  assert.deepEqual(
    pieces(points).map((each) => each.length),
    [3, 2],
  );
  const thinned = [0, 10, 20, 30, 31, 32].map((second) => [second * 1000, 1]);
  assert.equal(pieces(thinned).length, 1);
  assert.deepEqual(
    within(points, 2500, 2600).map(([at]) => at),
    [2000, 3000],
  );
  assert.deepEqual(
    smooth(points.slice(0, 3), 2000).map(([, value]) => value),
    [1, 1.5, 2.5],
  );
});

test("what is completed beyond finished tasks fills the running ones", () => {
  const tasks = [
    { status: "DONE" },
    { status: "RUNNING" },
    { status: "RUNNING", completed: 0.9 },
    { status: "PENDING" },
  ];
  const shareOf = runningShare(new Map(tasks.map((each, i) => [i, each])), 0.5);
  assert.ok(Math.abs(shareOf(tasks[1]) - 0.1) < 1e-9);
  assert.equal(shareOf(tasks[2]), 0.9);
});

/** The stretches of nodes on a ring where they take turns, `turns` times. */
function stretchesOf(nodes, turns) {
  const stretches = new Map(nodes.map((node) => [node, []]));
  const all = nodes.length * turns;
  for (let i = 0; i < all; i++)
    stretches.get(nodes[i % nodes.length]).push([i / all, (i + 1) / all]);
  return stretches;
}

/** Fails where two names touch. */
function assertApart(placed) {
  const all = [...placed.values()];
  all.forEach(({ at, width }, i) =>
    all.slice(i + 1).forEach((other) => {
      const distance = Math.abs(at - other.at);
      const between = Math.min(distance, 1 - distance) - (width + other.width) / 2;
      assert.ok(between >= 0, JSON.stringify(all));
    }),
  );
}

test("the names of all nodes are beside the ring and do not overlap", () => {
  const nodes = ["10.0.0.1", "10.0.0.2", "10.0.0.3"];
  for (const turns of [1, 2, 16, 256])
    for (const width of [0.05, 0.12, 0.2]) {
      const placed = placeNames(stretchesOf(nodes, turns), () => width);
      assert.deepEqual([...placed.keys()], nodes);
      assertApart(placed);
    }
  const many = placeNames(
    stretchesOf([...Array(40).keys()].map(String), 4),
    () => 0.07,
  );
  assert.ok(many.size >= 10 && many.size <= 14, String(many.size));
  assertApart(many);
});

test("a name stays where it is until another stretch of its node is twice as long", () => {
  const first = placeNames(new Map([["a", [[0.1, 0.12]]]]), () => 0.05);
  const placed = (run) => placeNames(new Map([["a", [[0.1, 0.14], run]]]), () => 0.05, first);
  assert.equal(placed([0.5, 0.5625]).get("a").at, first.get("a").at);
  assert.equal(placed([0.5, 0.75]).get("a").at, 0.625);
});

test("the work of a span follows from the time of each stage", () => {
  const series = {
    components: () => ["stage:encode", "stage:wait_limit"],
    points: (component) =>
      component === "stage:encode"
        ? [
            [0, 0],
            [10, 2],
          ]
        : [
            [0, 0],
            [10, 6],
          ],
  };
  const mix = new WorkMix(series);
  assert.deepEqual(mix.names, ["wait_limit", "encode"]);
  assert.deepEqual(mix.between(0, 5), [
    { name: "wait_limit", share: 0.75 },
    { name: "encode", share: 0.25 },
  ]);
  assert.deepEqual(mix.between(20, 30), []);
});

test("the work of a resumed job is that of all its runs", () => {
  const times = [0, 10, 20, 30];
  const seconds = { "stage:encode": [0, 8, 0, 4], "stage:wait_limit": [0, 0, 0, 12] };
  const mix = new WorkMix({
    components: () => Object.keys(seconds),
    points: (component) => seconds[component].map((value, i) => [times[i], value]),
  });
  assert.deepEqual(mix.between(0, 30), [
    { name: "wait_limit", share: 0.5 },
    { name: "encode", share: 0.5 },
  ]);
});

test("charts share one range, which covers what any of them measured", () => {
  const axis = new TimeAxis();
  let told = 0;
  axis.onChange(() => told++, signal);
  axis.cover(10_000, 20_000);
  axis.cover(5_000, 12_000);
  assert.deepEqual(axis.range, { from: 5_000, to: 20_000 });
  axis.zoom(15_000, 13_000);
  assert.deepEqual(axis.range, { from: 13_000, to: 15_000 });
  axis.reset();
  assert.deepEqual(axis.range, axis.whole);
  assert.equal(told, 4);
});

test("what a job's page could not read is read again", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const asked = [];
  browse((url, ending) => {
    if (url.startsWith("api/events")) return silence(ending);
    asked.push(url);
    return asked.length === 1 ? new Response("{}", { status: 503 }) : Response.json(job());
  });
  const ending = new AbortController();
  const watch = new JobWatch("7c1f", ending.signal);
  const told = [];
  watch.on("failure", (failure) => told.push(failure.status), signal);
  watch.on("recovery", () => told.push("recovery"), signal);
  watch.on("connection", (state) => told.push(state), signal);
  watch.open();
  await settle();
  assert.equal(watch.job, null);
  context.mock.timers.tick(5_000);
  await settle();
  assert.equal(watch.job.id, "7c1f");
  assert.deepEqual(told, [503, "recovery", "connecting"]);
  ending.abort();
  await settle();
});

test("an unknown job is not asked for again", async () => {
  let asked = 0;
  browse(() => {
    asked++;
    return new Response("{}", { status: 404 });
  });
  const watch = new JobWatch("7c1f", signal);
  let gone = 0;
  watch.on("gone", () => gone++, signal);
  await watch.open();
  assert.deepEqual([asked, gone], [1, 1]);
});

test("a resumed job keeps its time, and one that is started over has none", async () => {
  browse(() => Response.json({ items: [], series: [], total: 0 }));
  const watch = new JobWatch("7c1f", signal);
  const live = { ...job().live, time: "2026-01-01T00:00:10Z", rowsPerSecond: 5 };
  watch.takeJob(job({ run: 1, live }));
  watch.takePartition({ number: 0, status: "DONE" });
  watch.axis.cover(10_000, 20_000);
  watch.axis.zoom(11_000, 15_000);
  watch.takeJob(job({ run: 2, live: null }));
  assert.deepEqual(watch.axis.range, { from: 11_000, to: 15_000 });
  assert.equal(watch.series.points("job", "rows_per_second").length, 1);
  let told = 0;
  watch.axis.onChange(() => told++, signal);
  watch.takeJob(job({ run: 2, status: "PENDING", started: null, alive: false, live: null }));
  assert.equal(watch.axis.range, null);
  assert.equal(told, 1);
  assert.equal(watch.series.points("job", "rows_per_second").length, 0);
  assert.equal(watch.partitions.size, 0);
  await settle();
  assert.ok(watch.loaded);
  // A page that was not connected meanwhile does not see that the job was pending.
  watch.takeJob(job({ run: 1, started: "2026-01-02T00:00:00Z", live: null }));
  watch.axis.cover(10_000, 20_000);
  watch.takeJob(job({ run: 1, started: "2026-01-03T00:00:00Z", live: null }));
  assert.equal(watch.axis.range, null);
  await settle();
});

test("an event is not undone by an older answer", async () => {
  const bottleneck = { id: "b", open: true };
  const encoder = new TextEncoder();
  let events;
  const stream = new ReadableStream({ start: (controller) => (events = controller) });
  const held = [];
  browse((url) => {
    if (url.startsWith("api/events")) return new Response(stream);
    if (url === "api/batch-jobs/7c1f") return Response.json(job());
    if (url.includes("bottlenecks") || url.includes("tuning"))
      return new Promise((resolve) => held.push([url, resolve]));
    return Response.json({ items: [], series: [], total: 0 });
  });
  const ending = new AbortController();
  const watch = new JobWatch("7c1f", ending.signal);
  watch.open();
  await settle();
  const closed = JSON.stringify({ ...bottleneck, open: false });
  events.enqueue(encoder.encode(`event: bottleneck\ndata: ${closed}\n\n`));
  await settle();
  const answer = (part, items) => {
    const at = held.findIndex(([url]) => url.includes(part));
    held.splice(at, 1)[0][1](Response.json({ items }));
  };
  answer("bottlenecks", [bottleneck, { id: "c", open: false }]);
  await settle();
  assert.deepEqual([...watch.bottlenecks.keys()].sort(), ["b", "c"]);
  assert.equal(watch.bottlenecks.get("b").open, false);
  const later = watch.loadTuning();
  const [[, first], [, second]] = held;
  second(Response.json({ items: ["new"] }));
  await later;
  first(Response.json({ items: ["old"] }));
  await settle();
  assert.deepEqual(watch.tuning, ["new"]);
  ending.abort();
  events.close();
  await settle();
});

test("a connection that brings nothing is begun anew", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let asked = 0;
  browse((_, ending) => {
    asked++;
    return silence(ending);
  });
  const ending = new AbortController();
  const states = [];
  listen({}, { signal: ending.signal, onState: (state) => states.push(state), onEvent: () => {} });
  await settle();
  context.mock.timers.tick(45_000);
  await settle();
  context.mock.timers.tick(500);
  await settle();
  assert.deepEqual(states, ["connecting", "lost"]);
  assert.equal(asked, 2);
  ending.abort();
  await settle();
});
