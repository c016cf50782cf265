// Drives the console's page in headless Chromium while a real export runs.
//
// CONSOLE_URL  the console's address, such as http://127.0.0.1:8080/
// TOKEN        its token
// JOB          the id of a job that runs for a minute at least; default: the newest that runs
// LARGE        the id of a job with 10,000 partitions, of which 7 has failed, made by an application's
//              code; it is deleted. Default: what needs it is skipped
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
import { chromium } from "playwright-core";

const BASE = new URL(required("CONSOLE_URL"));
const TOKEN = required("TOKEN");
const LARGE = process.env.LARGE;
const SHOTS = process.env.SHOTS;
const PATIENCE = Number(process.env.PATIENCE ?? 30) * 1000;
const TABS = [
  "overview",
  "timeline",
  "stages",
  "latency",
  "resources",
  "bottlenecks",
  "tuning",
  "partitions",
  "profile",
  "details",
];
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
  await page.screenshot({ path: path.join(SHOTS, `${name}.png`) });
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

/** Another page, whose errors are wanted. */
async function other(url) {
  const opened = await browser.newPage();
  opened.setDefaultTimeout(PATIENCE);
  await opened.goto(url);
  return opened;
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
  await page.goto(BASE.href);
  await page.locator(`[data-testid="job-row"][data-job="${job}"]`).waitFor();
  await shot("jobs");
  await byId("filter-status").selectOption("COMPLETED");
  await page.locator(`[data-testid="job-row"][data-job="${job}"]`).waitFor({ state: "detached" });
  await byId("filter-status").selectOption("RUNNING");
  await page.locator(`[data-testid="job-row"][data-job="${job}"] a`).click();
  await byId("wheel").waitFor();
  assert.match(page.url(), new RegExp(`/jobs/${job}`));
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
  assert.match(first, /^\d+: /);
  await page.keyboard.press("ArrowRight");
  assert.notEqual(await byId("wheel").getAttribute("aria-valuetext"), first);
  await shot("wheel-by-keyboard");
});

test("a wrong token is refused and changes nothing", async () => {
  await byId("stop").click();
  await byId("confirm-yes").click();
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

test("every tab shows, in light and dark and on a phone", async () => {
  for (const [look, size, colorScheme] of [
    ["light", { width: 1360, height: 900 }, "light"],
    ["dark", { width: 1360, height: 900 }, "dark"],
    ["phone", { width: 390, height: 844 }, "light"],
    ["small-phone", { width: 360, height: 740 }, "dark"],
  ]) {
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme });
    for (const tab of TABS) {
      await byId(`tab-${tab}`).click();
      await page.locator(`[data-testid="tab-${tab}"][aria-selected="true"]`).waitFor();
      await page.locator("#panel > *").first().waitFor();
      // The charts draw within a frame or two of their data.
      await page.waitForTimeout(400);
      assert.ok((await sideways()) <= 0, `${tab} on ${look} can be scrolled sideways`);
      await shot(`${look}-${tab}`);
    }
  }
  await page.setViewportSize({ width: 1360, height: 900 });
  await page.emulateMedia({ colorScheme: "light" });
});

test("each tab has what it is for", async () => {
  for (const [tab, id, name] of [
    ["timeline", "gantt", "tasks"],
    ["stages", "stages", "stages"],
    ["latency", "heat", "nodes"],
  ]) {
    await page.goto(address(tab));
    await page.waitForFunction(
      ([testId, key]) =>
        Number(document.querySelector(`[data-testid="${testId}"]`)?.dataset[key]) > 0,
      [id, name],
    );
  }
  await page.goto(address("partitions"));
  await byId("partition-row").first().waitFor();
  await page.goto(address("resources"));
  await page.locator(".chart-grid .chart").first().waitFor();
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
  await page.getByText("Can steer").waitFor();
});

test("a load that fails is made up for", async () => {
  const unlucky = await browser.newPage();
  unlucky.setDefaultTimeout(PATIENCE);
  let failures = 0;
  await unlucky.route("**/partitions?**", (route) =>
    failures++ ? route.continue() : route.fulfill({ status: 503, body: "{}" }),
  );
  await unlucky.goto(address());
  await unlucky.waitForFunction(
    () => Number(document.querySelector('[data-testid="wheel"]')?.dataset.total) > 100,
  );
  assert.ok(failures > 1);
  await unlucky.close();
});

test("a page that is not seen lets its connection go", async () => {
  const hidden = await other(address());
  const state = (name) =>
    hidden.locator(`[data-testid="connection"][data-state="${name}"]`).waitFor();
  const show = (isHidden) =>
    hidden.evaluate((value) => {
      Object.defineProperty(document, "hidden", { configurable: true, get: () => value });
      document.dispatchEvent(new Event("visibilitychange"));
    }, isHidden);
  await state("live");
  await show(true);
  await state("lost");
  await show(false);
  await state("live");
  await hidden.close();
});

test("ten thousand partitions are shown", { skip: !LARGE }, async (context) => {
  const began = performance.now();
  await page.goto(address("overview", LARGE));
  await page.waitForFunction(
    () => Number(document.querySelector('[data-testid="wheel"]')?.dataset.total) === 10_000,
  );
  context.diagnostic(`the wheel is there after ${Math.round(performance.now() - began)} ms`);
  await byId("tab-partitions").click();
  await page.getByText("1–100 of 10,000").waitFor();
  await byId("partition-status").selectOption("FAILED");
  await page.locator('[data-testid="partition-row"][data-status="FAILED"]').waitFor();
  assert.equal(await byId("partition-row").count(), 1);
  assert.equal(await byId("retry").getAttribute("aria-disabled"), "true");
  // By key: for a mouse the script waits until a control is enabled.
  await byId("retry").press("Enter");
  await page.getByText("can only be started there").first().waitFor();
  await shot("ten-thousand-partitions");
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
  await page.goto(address("profile"));
  await page.getByLabel("How long").selectOption("5");
  await byId("profile-start").click();
  await page.waitForFunction(
    () => Number(document.querySelector('[data-testid="flame"]')?.dataset.frames) > 3,
  );
  await shot("flame");
});

test("stop works", async () => {
  await page.goto(address());
  await byId("stop").click();
  await byId("confirm-no").click();
  assert.equal((await api(`batch-jobs/${job}`)).status, "RUNNING");
  await byId("stop").click();
  await byId("confirm-yes").click();
  await page.locator(".job-title .badge.stopped").waitFor();
  assert.equal((await api(`batch-jobs/${job}`)).status, "STOPPED");
  assert.equal(await byId("stop").getAttribute("aria-disabled"), "true");
  assert.ok(await byId("error-line").isHidden());
  await shot("stopped");
});

test("nothing was refused, violated or asked of another host", async () => {
  assert.deepEqual(await page.evaluate(() => window.violations), []);
  assert.deepEqual(problems, []);
  assert.deepEqual(foreign, []);
});
