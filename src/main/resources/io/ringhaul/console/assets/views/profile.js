// Has the job's process record where its time goes, and shows the recording as a flame graph.

import { change, get } from "../core/api.js";
import { Flame } from "../charts/flame.js";
import { fill, h, say } from "../core/dom.js";
import { count } from "../core/format.js";
import { isActive } from "../state/job-state.js";
import { attempt } from "../ui/notices.js";
import { card } from "../ui/parts.js";
import { poll } from "../ui/poll.js";

/** Fewer samples show the large frames only. */
const FEW = 500;

export function profileSection(watch, signal) {
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
    start.title = isActive(watch.job) ? "" : "Only a running job can be recorded.";
    say(state, sentence(profile));
    const key = profile ? `${profile.id} ${profile.state}` : "none";
    if (key === shown) return;
    shown = key;
    if (waiting) fill(place);
    if (profile?.state === "READY" && profile.stacks?.value) {
      fill(place, flame.element);
      flame.set(profile.stacks);
    } else if (!waiting) {
      const text =
        "A recording by the JDK's Flight Recorder shows in which methods the job's process spends its CPU time.";
      fill(
        place,
        h(
          "p",
          { class: "muted" },
          profile?.state === "FAILED"
            ? `The recording failed: ${profile.error}`
            : profile
              ? "No sample was taken. Record for longer."
              : text,
        ),
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
  return card("Profile", h("div", { class: "filters flush" }, start, seconds, state), place);
}

function sentence(profile) {
  if (!profile) return "";
  if (profile.state === "REQUESTED") return "Starting the recording …";
  if (profile.state === "RECORDING") return `Recording for ${profile.seconds} seconds …`;
  if (profile.state === "READY") {
    const samples = profile.stacks?.value ?? 0;
    const rough = samples < FEW ? " Too few for more than a rough picture: record for longer." : "";
    return `${count(samples)} samples in ${profile.seconds} seconds.${rough}`;
  }
  return "";
}
