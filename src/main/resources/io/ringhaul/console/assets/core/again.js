// What is done again later: a pause before it, and reading until there is an answer.

import { Declined } from "./api.js";

const AGAIN = 5_000;

/** Waits, but no longer than until the network is back or the signal ends it. */
export function pause(millis, signal) {
  return new Promise((resolve) => {
    const woken = new AbortController();
    const wake = () => {
      clearTimeout(timer);
      woken.abort();
      resolve();
    };
    const timer = setTimeout(wake, millis);
    window.addEventListener("online", wake, { signal: woken.signal });
    signal.addEventListener("abort", wake, { signal: woken.signal });
  });
}

/**
 * Resolves to what `read` returns, which is called again after each failure, or to null once the
 * signal ends it or `isWanted` says no. Failures are told to `tell`, and the last one to `retract`
 * when this ends; one that would only repeat, such as for a job that does not exist or without a
 * token, is thrown.
 */
export async function readAgain(read, { signal, tell, retract, isWanted = () => true }) {
  let told = null;
  try {
    while (!signal.aborted && isWanted()) {
      try {
        return await read();
      } catch (failure) {
        if (signal.aborted || !isWanted()) return null;
        if (failure instanceof Declined || (failure.status >= 400 && failure.status < 500))
          throw failure;
        told = failure;
        tell(told);
      }
      await pause(AGAIN, signal);
    }
    return null;
  } finally {
    if (told && !signal.aborted) retract(told);
  }
}
