// Server-sent events over fetch: unlike EventSource it can send the Authorization header.

import { pause } from "./again.js";
import { address, headers } from "./api.js";
import { EventParser } from "./event-parser.js";
import { askForToken, tokenGiven } from "./token.js";

const WAITS = [500, 1000, 2000, 4000, 8000];
const SILENCE = 45_000;
/** A page that nobody sees gives its connection back after so long: a browser has few of them. */
const HIDDEN = 10_000;

/**
 * Listens until the signal ends it, while the page is seen. `onOpen` is called at each new
 * connection, before its events; `onState` with connecting, live, lost, refused, or gone where
 * there is nothing to watch now.
 */
export async function listen(query, { onOpen, onEvent, onState, signal }) {
  let failures = 0;
  onState("connecting");
  while (!signal.aborted) {
    if (document.hidden) {
      await seen(signal);
      if (signal.aborted) return;
      onState("connecting");
    }
    const attempt = new AbortController();
    const end = () => attempt.abort();
    signal.addEventListener("abort", end, { once: true });
    const stopLooking = whenHidden(HIDDEN, end);
    const silence = whenSilent(SILENCE, end);
    let state = "lost";
    try {
      const answer = await fetch(address("events", query), {
        signal: attempt.signal,
        cache: "no-store",
        headers: headers({ Accept: "text/event-stream" }),
      });
      if (answer.status === 401) {
        onState("refused");
        if (!(await askForToken("Enter the control token to view jobs."))) await tokenGiven(signal);
        continue;
      }
      if (answer.status === 404) {
        state = "gone";
        failures = WAITS.length - 1;
        throw new Error("there is nothing to watch");
      }
      if (!answer.ok || !answer.body) throw new Error(`answered ${answer.status}`);
      failures = 0;
      onState("live");
      onOpen?.();
      await readAll(answer.body, silence.hear, onEvent);
    } catch (failure) {
      if (signal.aborted) return;
      console.debug("The event stream ended:", failure.message);
    } finally {
      stopLooking();
      silence.stop();
      signal.removeEventListener("abort", end);
      attempt.abort();
    }
    if (signal.aborted) return;
    onState(state);
    await pause(WAITS[Math.min(failures++, WAITS.length - 1)], signal);
  }
}

async function readAll(body, hear, onEvent) {
  const parser = new EventParser();
  const decoder = new TextDecoder();
  const reader = body.getReader();
  for (hear(); ; hear()) {
    const { value, done } = await reader.read();
    if (done) return;
    for (const { event, data } of parser.take(decoder.decode(value, { stream: true }))) {
      onEvent(event, JSON.parse(data));
    }
  }
}

/** Calls `end` once nothing was heard for so long; returns what hears and what ends that. */
function whenSilent(millis, end) {
  let timer = setTimeout(end, millis);
  const stop = () => clearTimeout(timer);
  const hear = () => {
    stop();
    timer = setTimeout(end, millis);
  };
  return { hear, stop };
}

/** Waits until the page is seen. */
function seen(signal) {
  return new Promise((resolve) => {
    const over = new AbortController();
    const look = () => {
      if (document.hidden && !signal.aborted) return;
      over.abort();
      resolve();
    };
    document.addEventListener("visibilitychange", look, { signal: over.signal });
    signal.addEventListener("abort", look, { signal: over.signal });
    look();
  });
}

/** Calls `end` once the page was hidden for so long; returns what ends that. */
function whenHidden(millis, end) {
  const over = new AbortController();
  let timer = 0;
  const look = () => {
    clearTimeout(timer);
    if (document.hidden) timer = setTimeout(end, millis);
  };
  document.addEventListener("visibilitychange", look, { signal: over.signal });
  look();
  return () => {
    clearTimeout(timer);
    over.abort();
  };
}
