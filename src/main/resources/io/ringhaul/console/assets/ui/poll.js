import { pause } from "../core/again.js";
import { retractError, showError } from "./notices.js";

/** Does `work` now and then again and again, `millis` after it ended, while the page can be seen. */
export async function poll(work, millis, signal) {
  let told = null;
  while (!signal.aborted) {
    if (!document.hidden) {
      try {
        await work();
        if (told) retractError(told);
        told = null;
      } catch (failure) {
        if (signal.aborted) return;
        told = failure;
        showError(told);
      }
    }
    await pause(millis, signal);
  }
}
