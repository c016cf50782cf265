// Has the job's process record where its time goes, and shows the recording as a flame graph.

import { change, get } from "../core/api.js";
import { Flame } from "../charts/flame.js";
import { fill, h, say } from "../core/dom.js";
import { count } from "../core/format.js";
import { isActive } from "../state/job-state.js";
import { attempt } from "../ui/notices.js";
import { card, empty } from "../ui/parts.js";
import { poll } from "../ui/poll.js";

export function openProfile(host, watch, signal) {
  const path = `batch-jobs/${encodeURIComponent(watch.id)}/profile`;
  const seconds = h(
    "select",
    { "aria-label": "How long" },
    [5, 10, 30, 60].map((each) =>
      h("option", { value: each, selected: each === 10 }, `${each} seconds`),
    ),
  );
  const start = h(
    "button",
    { class: "button primary", type: "button", "data-testid": "profile-start" },
    "Record",
  );
  const state = h("span", { class: "muted", role: "status", "data-testid": "profile-state" });
  const place = h("div");
  const flame = new Flame(signal);
  let shown = null;
  let waiting = true;
  const draw = (profile) => {
    waiting = profile?.state === "REQUESTED" || profile?.state === "RECORDING";
    start.disabled = waiting || !isActive(watch.job);
    start.title = isActive(watch.job) ? "" : "Only a job that runs can be recorded.";
    say(state, sentence(profile));
    const key = profile ? `${profile.id} ${profile.state}` : "none";
    if (key === shown) return;
    shown = key;
    if (profile?.state === "READY" && profile.stacks?.value) {
      fill(place, card(null, flame.element));
      flame.set(profile.stacks);
    } else if (!waiting) {
      const text =
        "A recording by the JDK's Flight Recorder shows in which methods the job's process spends its CPU time.";
      fill(
        place,
        profile?.state === "FAILED"
          ? empty("The recording failed", profile.error)
          : profile
            ? empty("No sample was taken", "Record for longer.")
            : empty("No recording yet", text),
      );
    }
  };
  const load = async () => {
    const profile = await get(path, {}, signal);
    draw(profile.state === "NONE" ? null : profile);
  };
  start.addEventListener("click", () =>
    attempt(start, async () => {
      draw(await change("POST", path, { seconds: Number(seconds.value) }));
      waiting = true;
    }),
  );
  host.append(h("div", { class: "filters flush" }, start, seconds, state), place);
  watch.on("job", () => (start.disabled = waiting || !isActive(watch.job)), signal);
  let first = true;
  poll(
    async () => {
      if (!first && !waiting) return;
      await load();
      first = false;
    },
    1000,
    signal,
  );
}

function sentence(profile) {
  if (!profile) return "";
  if (profile.state === "REQUESTED") return "The job's process is asked to record.";
  if (profile.state === "RECORDING") return `Recording for ${profile.seconds} seconds.`;
  if (profile.state === "READY")
    return `${count(profile.stacks?.value ?? 0)} samples in ${profile.seconds} seconds.`;
  return "";
}
