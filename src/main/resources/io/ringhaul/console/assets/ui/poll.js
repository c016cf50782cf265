import { pause } from "../core/again.js";
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
    await pause(millis, signal);
  }
}
