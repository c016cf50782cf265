import { showError } from "./notices.js";

/** Does `work` now and then again and again, `millis` after it ended, while the page can be seen. */
export async function poll(work, millis, signal) {
  while (!signal.aborted) {
    if (!document.hidden) {
      try {
        await work();
      } catch (failure) {
        if (signal.aborted) return;
        showError(failure);
      }
    }
    await new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, millis);
      signal.addEventListener("abort", end);
    });
  }
}
