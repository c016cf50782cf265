// Drives the console's page in headless Chromium while a real export runs.
//
// CONSOLE_URL  the console's address, such as http://127.0.0.1:8080/
// TOKEN        its token
// JOB          the id of a job of 2,000 tasks that outlasts the script; default: the newest that
//              runs
// LARGE        the id of a job with 10,000 tasks, of which 7 has failed, made by an application's
//              code; it is deleted. Default: what needs it is skipped
// STATES       other jobs as JSON, ids by name: completed, failed, full, failing, paused,
//              interrupted, imported. Default: none
// NODE         the address of a node, such as 127.0.0.1:9042
// NODES        the number of nodes; default: 1. With others, requests do not fail where the
//              connections to one are lost, and what needs failing requests is left out
// TROUBLED     the command of a job as JSON, without a contact point. It is run over a connection
//              to NODE that is disturbed, and must last. Default: what needs it is skipped
// EMPTY        the address of a console without jobs. Default: what needs it is skipped
// SHOTS        a folder for screenshots; default: none are taken
// CHROMIUM     the browser; default: /usr/bin/chromium
// PATIENCE     seconds to wait for anything; default: 30
//
// The exit code is 0 where everything held. The job is stopped at the end.

import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import axe from "axe-core";
import { chromium } from "playwright-core";
import { Link } from "./link.mjs";

const BASE = new URL(required("CONSOLE_URL"));
const TOKEN = required("TOKEN");
const LARGE = process.env.LARGE;
const SHOTS = process.env.SHOTS;
const PATIENCE = Number(process.env.PATIENCE ?? 30) * 1000;
const STATES = JSON.parse(process.env.STATES ?? "{}");
const TROUBLED = JSON.parse(process.env.TROUBLED ?? "null");
const NODES = Number(process.env.NODES ?? 1);
const EMPTY = process.env.EMPTY;
const TABS = ["overview", "tasks", "performance", "tuning", "details"];
const SIZES = {
  desktop: { width: 1440, height: 900 },
  laptop: { width: 1280, height: 720 },
  phone: { width: 390, height: 844 },
};
const SMALLEST = { width: 360, height: 740 };
/** The time that the load of the page is measured for, in seconds, and how often: the median counts. */
const MEASURED = 8;
const MEASUREMENTS = 3;
const MOST_OF_CORE = 0.08;
/** The time within which failing requests must show, in seconds. */
const SOON = 10;
/** The unit of CPU times in /proc. */
const TICKS = 100;
/** Where the content of a job begins on a laptop at the latest. */
const FOLD = 220;
// What Chromium does by itself, such as looking for updates, is no part of the test.
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const profile = fs.mkdtempSync(path.join(os.tmpdir(), "ringhaul-browser-"));
const problems = [];
const foreign = [];
let browser;
let page;
let job;

function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`Set ${name}.`);
  return value;
}

function byId(id) {
  return page.locator(`[data-testid="${id}"]`);
}

async function api(pathAndQuery) {
  const answer = await fetch(new URL(`api/${pathAndQuery}`, BASE), {
    headers: { Authorization: `Bearer ${TOKEN}` },
  });
  assert.equal(answer.status, 200, pathAndQuery);
  return answer.json();
}

async function shot(name) {
  if (!SHOTS) return;
  fs.mkdirSync(SHOTS, { recursive: true });
  await page.waitForFunction(() => !document.body.innerText.includes("Loading the tasks"));
  await page.screenshot({ path: path.join(SHOTS, `${name}.png`), animations: "disabled" });
}

async function filled(id, name) {
  await page.waitForFunction(
    ([testId, key]) =>
      Number(document.querySelector(`[data-testid="${testId}"]`)?.dataset[key]) > 0,
    [id, name],
  );
}

function figure(id, name) {
  return byId(id).evaluate((element, key) => Number(element.dataset[key]), name);
}

async function grows(id, name) {
  const first = await figure(id, name);
  await page.waitForFunction(
    ([testId, key, value]) =>
      Number(document.querySelector(`[data-testid="${testId}"]`)?.dataset[key]) > value,
    [id, name, first],
  );
  return [first, await figure(id, name)];
}

function address(tab = "overview", id = job) {
  return new URL(`#/jobs/${encodeURIComponent(id)}/${tab}`, BASE).href;
}

/** The CPU time of the browser's processes that draw pages. */
function rendererSeconds() {
  const processes = new Map();
  for (const pid of fs.readdirSync("/proc").filter((each) => /^\d+$/.test(each))) {
    try {
      const command = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8");
      const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
      // What follows the name, which may have blanks.
      const [, parent, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const ticks = Number(rest[9]) + Number(rest[10]);
      processes.set(Number(pid), { command, parent: Number(parent), ticks });
    } catch {
      // It has ended meanwhile.
    }
  }
  const isOurs = (pid) =>
    pid === process.pid || (processes.has(pid) && isOurs(processes.get(pid).parent));
  return [...processes]
    .filter(([pid, { command }]) => command.includes("--type=renderer") && isOurs(pid))
    .reduce((sum, [, { ticks }]) => sum + ticks / TICKS, 0);
}

/** Another page, whose errors are wanted. */
async function other(url) {
  const opened = await browser.newPage();
  opened.setDefaultTimeout(PATIENCE);
  await opened.goto(url);
  return opened;
}

/** Makes a page take itself for one that is not seen. */
async function hide(shown, isHidden) {
  await shown.evaluate((value) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => value });
    document.dispatchEvent(new Event("visibilitychange"));
  }, isHidden);
}

/** The rules of axe-core that the page as it is violates. */
async function axeViolations() {
  await page.evaluate(axe.source);
  const violations = await page.evaluate(async () => {
    // A fading toast has no contrast of its own yet.
    const { violations: found } = await window.axe.run({ exclude: [".toast"] });
    return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  });
  return violations.map((each) => each.slice(0, 400));
}

/** Shows the page in each size and theme, and checks that it fits and that axe finds nothing. */
async function lookAt(name) {
  for (const [place, size] of Object.entries(SIZES)) {
    await page.setViewportSize(size);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      // The charts draw within a frame or two of their data.
      await page.waitForTimeout(300);
      const look = `${place}-${colorScheme}-${name}`;
      await shot(look);
      assert.deepEqual(await axeViolations(), [], look);
    }
    assert.ok((await sideways()) <= 0, `${name} on ${place} can be scrolled sideways`);
  }
  await page.setViewportSize(SMALLEST);
  await page.waitForTimeout(300);
  assert.ok((await sideways()) <= 0, `${name} on the smallest phone can be scrolled sideways`);
  await page.setViewportSize({ width: 1360, height: 900 });
  await page.emulateMedia({ colorScheme: "light" });
}

/** Waits for a state of the job's health; a job that is new needs a process first. */
async function shows(tone) {
  await page.locator(`.job-head[data-tone="${tone}"]`).waitFor({ timeout: 3 * PATIENCE });
}

/** The errors that the browser reports while `work` is done are wanted. */
async function expectingErrors(work) {
  const before = problems.length;
  await work();
  problems.length = before;
}

/** Whether the last letters of a text that may be cut are in sight. */
function showsItsEnd(selector) {
  // Rows are drawn again each second: an element that was found before may be gone.
  const element = document.querySelector(selector);
  const text = element.firstElementChild.firstChild;
  const letters = document.createRange();
  letters.setStart(text, text.length - 3);
  letters.setEnd(text, text.length);
  const [inside, outside] = [letters, element].map((each) => each.getBoundingClientRect());
  return (
    inside.width > 0 && inside.left >= outside.left - 1 && inside.right <= outside.right + 1
  );
}

async function sideways() {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}

before(async () => {
  job = process.env.JOB ?? (await api("batch-jobs?status=RUNNING&limit=1")).items[0]?.id;
  assert.ok(job, "No job runs.");
  browser = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ARGUMENTS,
    viewport: { width: 1360, height: 900 },
    colorScheme: "light",
  });
  page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE);
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error")
      problems.push(`${message.text()} ${message.location().url ?? ""}`);
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith("http") && url.origin !== BASE.origin) foreign.push(request.url());
  });
  await page.addInitScript(() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) =>
      window.violations.push(`${event.violatedDirective} ${event.blockedURI}`),
    );
  });
});

after(async () => {
  await browser?.close();
  fs.rmSync(profile, { recursive: true, force: true });
});

test("the list has the job that runs", async () => {
  const row = page.locator(`[data-testid="job-row"][data-job="${job}"]`);
  await page.goto(BASE.href);
  await row.waitFor();
  assert.equal(await byId("job-row").first().getAttribute("data-job"), job);
  await lookAt("jobs");
  for (const [place, size] of Object.entries(SIZES)) {
    await page.setViewportSize(size);
    const end = `[data-job="${job}"] .path-end`;
    assert.ok(await page.evaluate(showsItsEnd, end), `the target is cut on ${place}`);
  }
  await page.setViewportSize({ width: 1360, height: 900 });
  const { subject } = await api(`batch-jobs/${job}`);
  assert.equal(await row.locator(".path").textContent(), subject.location);
  const title = await row.locator(".job-target").getAttribute("title");
  assert.equal(title, `${subject.format} ${subject.location}`);
  await byId("filter-text").fill("no such job");
  await row.waitFor({ state: "detached" });
  await byId("filter-text").fill("");
  await byId("filter-running").click();
  await row.locator(".job-progress").click();
  await byId("wheel").waitFor();
  assert.match(page.url(), new RegExp(`/jobs/${job}`));
});

test("the head tells the way, the health and the limit above the fold", async () => {
  await page.setViewportSize({ width: 1280, height: 720 });
  const { subject, settings } = await api(`batch-jobs/${job}`);
  const title = await page.locator("h1").innerText();
  assert.ok(title.includes(`${subject.keyspace}.${subject.table}`), title);
  assert.ok(title.includes(subject.format), title);
  await page.waitForFunction(() =>
    document.querySelector('[data-testid="limit"]').textContent.startsWith("Limited by your limit"),
  );
  const { live } = await api(`batch-jobs/${job}`);
  assert.equal(live.limitedBy.value, Number(settings.maxRowsPerSecond));
  assert.ok((await byId("limit").innerText()).includes(live.limitedBy.text));
  const { y } = await page.locator("#panel").boundingBox();
  assert.ok(y <= FOLD, `the content begins at ${y}`);
  await page.setViewportSize({ width: 1360, height: 900 });
});

test("the wheel fills", async () => {
  await page.waitForFunction(
    () => Number(document.querySelector('[data-testid="wheel"]')?.dataset.total) > 0,
  );
  const [first, later] = await grows("wheel", "done");
  assert.ok(later > first);
  const { figures } = await api(`batch-jobs/${job}`);
  assert.equal(await figure("wheel", "total"), figures.partitions);
  assert.ok((await figure("wheel", "done")) <= (await api(`batch-jobs/${job}`)).figures.done + 1);
});

test("the charts move", async () => {
  for (const chart of ["chart-throughput", "chart-latency"]) {
    const [first, later] = await grows(chart, "points");
    assert.ok(later > first, chart);
  }
});

test("the wheel can be walked by keyboard", async () => {
  await byId("wheel").focus();
  await page.keyboard.press("ArrowRight");
  const first = await byId("wheel").getAttribute("aria-valuetext");
  assert.match(first, /^Task \d+, /);
  await page.keyboard.press("ArrowRight");
  assert.notEqual(await byId("wheel").getAttribute("aria-valuetext"), first);
  await shot("wheel-by-keyboard");
});

test("a wrong token is refused and changes nothing", async () => {
  await byId("stop").click();
  await byId("token-field").fill("not-the-token");
  await byId("token-submit").click();
  await page.waitForFunction(
    () => document.querySelector('[data-testid="token-error"]')?.textContent.length > 0,
  );
  assert.ok(await byId("token-error").isVisible());
  await shot("wrong-token");
  await page.keyboard.press("Escape");
  await byId("token-field").waitFor({ state: "detached" });
  assert.equal((await api(`batch-jobs/${job}`)).status, "RUNNING");
});

test("every tab shows in each look", async () => {
  for (const tab of TABS) {
    await byId(`tab-${tab}`).click();
    await page.locator(`[data-testid="tab-${tab}"][aria-selected="true"]`).waitFor();
    await page.locator("#panel > *").last().waitFor();
    await lookAt(tab);
  }
});

test("each tab has what it is for", async () => {
  await page.goto(address("tasks"));
  await byId("partition-row").first().waitFor();
  await filled("gantt", "tasks");
  await page.goto(address("performance"));
  await filled("stages", "stages");
  await filled("heat", "nodes");
  await page.locator(".chart-grid .chart").nth(2).waitFor();
});

test("two thousand tasks take little of a core", async (context) => {
  for (const tab of ["overview", "tasks"]) {
    await page.goto(address(tab));
    // What loading costs does not count.
    await page.waitForTimeout(5000);
    const shares = [];
    for (let i = 0; i < MEASUREMENTS; i++) {
      const [before, began] = [rendererSeconds(), performance.now()];
      await page.waitForTimeout(MEASURED * 1000);
      shares.push((rendererSeconds() - before) / ((performance.now() - began) / 1000));
    }
    const share = shares.sort((a, b) => a - b)[(MEASUREMENTS - 1) / 2];
    context.diagnostic(
      `${tab}: ${shares.map((each) => (each * 100).toFixed(1)).join(", ")} % of a core`,
    );
    assert.ok(share <= MOST_OF_CORE, `${tab} takes ${share} of a core`);
  }
});

test("charts share the range that is dragged and the cursor", async () => {
  await page.goto(address("performance"));
  await filled("chart-throughput", "points");
  await filled("chart-latency", "points");
  const plot = page.locator('[data-testid="chart-throughput"] .plot');
  await plot.scrollIntoViewIfNeeded();
  const ticks = () => page.locator('[data-testid="chart-latency"] .tick.middle').allInnerTexts();
  const { x, y, width, height } = await plot.boundingBox();
  await page.mouse.move(x + width * 0.5, y + height / 2);
  await page.locator('[data-testid="chart-latency"] .cursor').waitFor({ state: "attached" });
  const whole = await ticks();
  await page.mouse.down();
  await page.mouse.move(x + width * 0.7, y + height / 2, { steps: 4 });
  await page.mouse.up();
  await page.waitForFunction(
    (before) =>
      [...document.querySelectorAll('[data-testid="chart-latency"] .tick.middle')]
        .map((each) => each.textContent)
        .join() !== before,
    whole.join(),
  );
  await page.mouse.dblclick(x + width * 0.5, y + height / 2);
});

test("a digit opens its tab and leaves the focus on it", async () => {
  await page.goto(address());
  await byId("wheel").waitFor();
  await page.locator("body").press("4");
  await page.locator('[data-testid="tab-tuning"][aria-selected="true"]').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), "tab-tuning");
});

test("the skip link leads to the content of the same view", async () => {
  await page.goto(address("details"));
  await byId("tab-details").waitFor();
  const before = page.url();
  await page.locator(".skip").focus();
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  assert.equal(page.url(), before);
  await byId("tab-details").waitFor();
});

test("another view has the focus", async () => {
  await page.getByRole("link", { name: "Jobs", exact: true }).click();
  await byId("job-row").first().waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
});

test("the token of the address is taken and leaves it", async () => {
  await page.goto(new URL(`#token=${encodeURIComponent(TOKEN)}`, BASE).href);
  await page.waitForFunction((secret) => !location.href.includes(secret), TOKEN);
  await page.getByText("Control enabled").waitFor();
});

test("a load that fails is made up for", async () => {
  const failed = new Set();
  const answered = new Set();
  const unlucky = async (url) => {
    const opened = await browser.newPage();
    opened.setDefaultTimeout(PATIENCE);
    const known = new Set();
    await opened.route(/\/api\/(batch-jobs|performance-metrics|tuning)/, (route) => {
      const asked = new URL(route.request().url());
      if (known.has(asked.href)) {
        answered.add(asked.pathname);
        return route.continue();
      }
      known.add(asked.href);
      failed.add(asked.pathname);
      return route.fulfill({ status: 503, body: "{}" });
    });
    await opened.goto(url);
    return opened;
  };
  const list = await unlucky(new URL("#/jobs", BASE).href);
  const shown = await unlucky(address());
  await list.locator(`[data-testid="job-row"][data-job="${job}"]`).waitFor();
  await shown.waitForFunction(
    () => Number(document.querySelector('[data-testid="wheel"]')?.dataset.total) > 100,
  );
  const end = Date.now() + PATIENCE;
  while (answered.size < failed.size) {
    assert.ok(Date.now() < end, `${[...failed]}: only ${[...answered]}`);
    await shown.waitForTimeout(100);
  }
  const wanted = [
    "batch-jobs",
    `batch-jobs/${job}`,
    `batch-jobs/${job}/partitions`,
    "performance-metrics",
    "performance-metrics/bottlenecks",
    "tuning/history",
  ];
  assert.deepEqual([...failed].sort(), wanted.map((name) => `/api/${name}`).sort());
  for (const each of [list, shown])
    await each.locator('[data-testid="error-line"]').waitFor({ state: "hidden" });
  await Promise.all([list.close(), shown.close()]);
});

test("a page that is not seen lets its connection go", async () => {
  const hidden = await other(address());
  const state = (name) =>
    hidden.locator(`[data-testid="connection"][data-state="${name}"]`).waitFor();
  await state("live");
  await hide(hidden, true);
  await state("lost");
  await hide(hidden, false);
  await state("live");
  await hidden.close();
});

test("ten thousand tasks are shown", { skip: !LARGE }, async (context) => {
  const began = performance.now();
  await page.goto(address("overview", LARGE));
  await page.waitForFunction(
    () => Number(document.querySelector('[data-testid="wheel"]')?.dataset.total) === 10_000,
  );
  context.diagnostic(`the wheel is there after ${Math.round(performance.now() - began)} ms`);
  await byId("tab-tasks").click();
  await page.getByText("1–100 of 10,000").waitFor();
  await byId("partition-status").selectOption("FAILED");
  await page.locator('[data-testid="partition-row"][data-status="FAILED"]').waitFor();
  assert.equal(await byId("partition-row").count(), 1);
  assert.equal(await byId("retry").getAttribute("aria-disabled"), "true");
  // By key: for a mouse the script waits until a control is enabled.
  await byId("retry").press("Enter");
  await page.getByText("can only be started there").first().waitFor();
  await shot("ten-thousand-tasks");
});

test("the names of all nodes are on the rim", { skip: !LARGE }, async () => {
  const nodes = ["10.20.30.1:9042", "10.20.30.2:9042", "[2001:db8:85a3::8a2e:370:7334]:9042"];
  const usual = page;
  page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE);
  // The tasks of three nodes with 16 ranges each.
  await page.route("**/partitions?**", async (route) => {
    const answer = await route.fetch();
    const body = await answer.json();
    for (const each of body.items) {
      each.status = "DONE";
      each.replica = nodes[Math.floor(each.number / (10_000 / 48)) % nodes.length];
    }
    await route.fulfill({ response: answer, json: body });
  });
  await page.goto(address("overview", LARGE));
  await page.waitForFunction(
    () => Number(document.querySelector('[data-testid="wheel"]')?.dataset.total) === 10_000,
  );
  for (const size of Object.values(SIZES)) {
    await page.setViewportSize(size);
    await page.waitForTimeout(300);
    const names = await byId("wheel").evaluate((wheel) => JSON.parse(wheel.dataset.names));
    assert.deepEqual(names.map(([node]) => node).sort(), nodes);
    names.forEach(([node, { at, width }], i) =>
      names.slice(i + 1).forEach(([other, { at: otherAt, width: otherWidth }]) => {
        const distance = Math.abs(at - otherAt);
        const between = Math.min(distance, 1 - distance) - (width + otherWidth) / 2;
        assert.ok(between >= 0, `${node} touches ${other}`);
      }),
    );
  }
  await lookAt("three-nodes");
  await page.close();
  page = usual;
});

test("a deleted job leaves the list", { skip: !LARGE }, async () => {
  const rowOf = `[data-testid="job-row"][data-job="${LARGE}"]`;
  const row = page.locator(rowOf);
  await page.goto(new URL("#/jobs", BASE).href);
  const list = await other(new URL("#/jobs", BASE).href);
  await list.locator(rowOf).waitFor();
  const watching = await other(address("overview", LARGE));
  await watching.locator('[data-testid="connection"][data-state="live"]').waitFor();
  await row.locator("a").click();
  // What is still asked for when the job goes would be refused.
  await page.waitForFunction(
    () => Number(document.querySelector('[data-testid="wheel"]')?.dataset.total) === 10_000,
  );
  await byId("delete").click();
  await page.getByText("Files that it wrote stay where they are.").waitFor();
  await byId("confirm-yes").click();
  await byId("job-row").first().waitFor();
  await row.waitFor({ state: "detached" });
  const { items } = await api("batch-jobs");
  assert.ok(!items.some(({ id }) => id === LARGE));
  await list.locator(rowOf).waitFor({ state: "detached" });
  await watching.locator('[data-testid="connection"][data-state="gone"]').waitFor();
  await Promise.all([list.close(), watching.close()]);
});

test("a recording becomes a flame graph", async () => {
  await page.goto(address("details"));
  await page.getByLabel("How long").selectOption("5");
  await byId("profile-start").click();
  await page.waitForFunction(
    () => Number(document.querySelector('[data-testid="flame"]')?.dataset.frames) > 3,
  );
  await shot("flame");
});

test("the rate limit can be changed while the job runs", async () => {
  await page.goto(address("tuning"));
  const { live } = await api(`batch-jobs/${job}`);
  const wanted = live.settings.maxRowsPerSecond * 2;
  await byId("setting-maxRowsPerSecond").fill(String(wanted));
  await byId("setting-maxRowsPerSecond").press("Enter");
  await byId("confirm-yes").click();
  await page.getByText("applied").first().waitFor();
  // The job's next sample has it.
  const end = Date.now() + PATIENCE;
  const limit = async () => (await api(`batch-jobs/${job}`)).live.settings.maxRowsPerSecond;
  while ((await limit()) !== wanted) assert.ok(Date.now() < end, "the limit is not changed");
  await shot("rate-changed");
});

test("a typo in the command of a new job is named", async () => {
  await page.goto(new URL("#/jobs", BASE).href);
  await byId("new-job").click();
  await byId("new-table").fill("ks.t");
  await byId("new-path").fill("/lake");
  await byId("new-rate").fill("8000");
  const command = await byId("new-command").inputValue();
  assert.equal(command, "ringhaul export ks.t --format=iceberg --path=/lake --rate=8000");
  await lookAt("new-job");
  await expectingErrors(async () => {
    await byId("new-command").fill(command.replace("--format", "--fromat"));
    await byId("new-submit").click();
    await byId("new-error").waitFor();
  });
  assert.match(await byId("new-error").innerText(), /--fromat/);
  await lookAt("new-job-typo");
  await page.keyboard.press("Escape");
});

test("a dialog stays while its job is created", async () => {
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route("**/api/batch-jobs", async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(new URL("#/jobs", BASE).href);
  await byId("new-job").click();
  await byId("new-table").fill("ks.t");
  await byId("new-path").fill("/lake");
  await page.getByLabel("Start it now").uncheck();
  await byId("new-submit").click();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.mouse.click(3, 3);
  await page.keyboard.press("Escape");
  assert.ok(await page.getByRole("button", { name: "Cancel" }).isDisabled());
  release();
  await page.getByText("Not started yet", { exact: true }).waitFor();
  await page.unroute("**/api/batch-jobs");
  const [, made] = /jobs\/([^/]+)/.exec(page.url());
  await page.goto(new URL("#/jobs", BASE).href);
  await byId("job-row").first().waitFor();
  const answer = await fetch(new URL(`api/batch-jobs/${made}`, BASE), {
    method: "DELETE",
    headers: { Authorization: `Bearer ${TOKEN}` },
  });
  assert.equal(answer.status, 204);
});

test("a slow deletion leaves the reader at another job", { skip: !STATES.completed }, async () => {
  let release;
  const held = new Promise((resolve) => (release = resolve));
  const path = new URL(`api/batch-jobs/${STATES.completed}`, BASE).href;
  // The job itself stays for other tests.
  await page.route(path, async (route) => {
    if (route.request().method() !== "DELETE") return route.continue();
    await held;
    return route.fulfill({ status: 204 });
  });
  await page.goto(address("overview", STATES.completed));
  await byId("delete").click();
  const asked = page.waitForRequest((request) => request.method() === "DELETE");
  await byId("confirm-yes").click();
  await asked;
  await page.goto(address());
  await byId("wheel").waitFor();
  release();
  await page.getByText("The job is deleted.").waitFor();
  assert.equal(page.url(), address());
  await page.unroute(path);
});

test("an unknown job is not found", async () => {
  await expectingErrors(async () => {
    await page.goto(address("overview", "00000000-0000-4000-8000-000000000000"));
    await page.getByText("Job not found").waitFor();
    await lookAt("not-found");
  });
});

test("an empty store says how to begin", { skip: !EMPTY }, async () => {
  const usual = page;
  page = await other(EMPTY);
  await page.getByText("No jobs yet").waitFor();
  await lookAt("empty");
  await page.close();
  page = usual;
});

for (const [state, sign] of Object.entries({
  completed: '[data-testid="result"]',
  failed: '[data-testid="failure"]',
  full: '[data-testid="failure"]',
  failing: '.job-head[data-tone="failing"]',
  paused: '.job-head[data-tone="paused"]',
  interrupted: '[data-testid="interrupted"]',
  imported: '[data-testid="files"]',
})) {
  test(`a job that is ${state} says so`, { skip: !STATES[state] }, async () => {
    await page.goto(address("overview", STATES[state]));
    await page.locator(sign).waitFor();
    await lookAt(state);
  });
}

test("a failed job is resumed with changed options", { skip: !STATES.failed }, async () => {
  await page.goto(address("overview", STATES.failed));
  await byId("resume-changed").click();
  await byId("resume-options").fill("--rate=7");
  await byId("confirm-yes").click();
  await page.waitForFunction(async (id) => {
    const answer = await fetch(`api/batch-jobs/${id}`);
    return (await answer.json()).settings.maxRowsPerSecond === "7";
  }, STATES.failed);
});

test("a lost connection greys the figures", async () => {
  await page.goto(address());
  await page.locator('[data-testid="connection"][data-state="live"]').waitFor();
  // The figures stay as they were.
  await filled("chart-throughput", "points");
  await expectingErrors(async () => {
    try {
      await page.context().setOffline(true);
      await hide(page, true);
      await page.locator('[data-testid="connection"][data-state="lost"]').waitFor();
      assert.match(await byId("connection").innerText(), /as of \d\d:\d\d/);
      assert.ok(await page.evaluate(() => document.documentElement.classList.contains("stale")));
      await lookAt("connection-lost");
    } finally {
      await page.context().setOffline(false);
      await hide(page, false);
    }
    await page.locator('[data-testid="connection"][data-state="live"]').waitFor();
  });
});

test("stop works", async () => {
  await page.goto(address());
  await byId("stop").click();
  await byId("confirm-no").click();
  assert.equal((await api(`batch-jobs/${job}`)).status, "RUNNING");
  await byId("stop").click();
  await byId("confirm-yes").click();
  await page.locator(".job-head .badge.stopped").waitFor();
  assert.equal((await api(`batch-jobs/${job}`)).status, "STOPPED");
  assert.equal(await byId("stop").count(), 0);
  assert.ok(await byId("start").isVisible());
  assert.ok(await byId("error-line").isHidden());
  await lookAt("stopped");
});

/** Loses connections, and looks at the job until it is well again. */
async function showsFailingRequests(context, link, id, icon) {
  // Many requests fail, and some succeed.
  link.lose(700);
  const lost = performance.now();
  await shows("failing");
  const seconds = (performance.now() - lost) / 1000;
  context.diagnostic(`failing requests show after ${seconds.toFixed(1)} s`);
  assert.ok(seconds < SOON, `failing requests show after ${seconds} s`);
  assert.match(await page.title(), /^⚠ Failing/);
  assert.equal(await page.locator(".head-badge .badge").innerText(), "Failing");
  assert.notEqual(await page.locator('link[rel="icon"]').getAttribute("href"), icon);
  await lookAt("failing-requests");
  await shows("failing");
  const list = await other(new URL("#/jobs", BASE).href);
  await list.locator(`[data-job="${id}"] .badge.failing`).waitFor();
  assert.match(await list.title(), /^⚠ /);
  await list.close();
  link.pass();
  await shows("running");
  assert.equal(await page.locator('link[rel="icon"]').getAttribute("href"), icon);
}

test("a job is as well as its cluster", { skip: !TROUBLED }, async (context) => {
  const link = await Link.to(required("NODE"));
  try {
    const answer = await fetch(new URL("api/batch-jobs", BASE), {
      method: "POST",
      headers: { Authorization: `Bearer ${TOKEN}`, "Content-Type": "application/json" },
      body: JSON.stringify({
        command: [...TROUBLED, `--contact-point=${link.address}`],
        name: "troubled",
        start: true,
      }),
    });
    assert.equal(answer.status, 201);
    const { id } = await answer.json();
    await page.goto(address("overview", id));
    await shows("running");
    const icon = await page.locator('link[rel="icon"]').getAttribute("href");
    // A latency is late only compared with the usual one.
    await page.waitForFunction(
      () => Number(document.querySelector('[data-testid="chart-latency"]')?.dataset.points) > 20,
      null,
      { timeout: 3 * PATIENCE },
    );
    link.delay(400);
    await shows("slowed");
    await lookAt("slowed");
    await shows("slowed");
    link.pass();
    await shows("running");
    await page.evaluate(() => {
      window.spoken = [];
      const place = document.querySelector('[data-testid="spoken"]');
      new MutationObserver(() => window.spoken.push(place.textContent)).observe(place, {
        childList: true,
        characterData: true,
        subtree: true,
      });
    });
    link.hold();
    await shows("stalled");
    assert.match(await page.title(), /Stalled/);
    assert.match(await page.locator(".figure-left dd").first().innerText(), /^stalled for \d/);
    await lookAt("stalled");
    await page.waitForTimeout(2000);
    const spoken = await page.evaluate(() => window.spoken);
    assert.equal(spoken.filter((each) => each.startsWith("Stalled")).length, 1, spoken.join());
    link.pass();
    await shows("running");
    if (NODES === 1) await showsFailingRequests(context, link, id, icon);
  } finally {
    link.close();
  }
});

test("nothing was refused, violated or asked of another host", async () => {
  assert.deepEqual(await page.evaluate(() => window.violations), []);
  assert.deepEqual(problems, []);
  assert.deepEqual(foreign, []);
});
