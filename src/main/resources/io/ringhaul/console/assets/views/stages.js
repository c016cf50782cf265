import { get } from "../core/api.js";
import { fill, h, say } from "../core/dom.js";
import { StageGraph, aboutStage, inOrder, stageTable } from "../charts/stages.js";
import { isActive } from "../state/job-state.js";
import { card, empty } from "../ui/parts.js";
import { poll } from "../ui/poll.js";

/** Where the job's time goes: live while it runs, else from its summary. */
export function openStages(host, watch, signal) {
  const graph = new StageGraph(signal);
  const table = h("div", { class: "table-scroll" });
  const lead = h("p", { class: "lead" });
  const box = h("div", { class: "stack", "data-testid": "stages" });
  let limit = null;
  let summary = null;
  const draw = () => {
    const measured = watch.job?.live?.stages?.length ? watch.job.live.stages : (summary ?? []);
    const stages = inOrder(measured, watch.job?.kind);
    box.dataset.stages = stages.length;
    if (!stages.length) {
      fill(
        host,
        empty("No time measured yet", "Once the job runs, its stages and their time appear here."),
      );
      return;
    }
    say(lead, limit ?? most(stages));
    graph.set(stages);
    fill(table, stageTable(stages, watch.series));
    if (!box.isConnected) fill(host, box);
  };
  fill(box, card(null, lead, graph.element), card(null, table));
  watch.on("job", draw, signal);
  watch.on("series", draw, signal);
  let settled = false;
  poll(
    async () => {
      const active = !watch.job || isActive(watch.job);
      if (settled && !active) return;
      const answer = await get("performance-metrics/summary", { job: watch.id }, signal);
      limit = answer.limitedBy;
      summary = answer.stages;
      settled = !active;
      draw();
    },
    10_000,
    signal,
  );
}

function most(stages) {
  const first = stages.reduce((a, b) => (b.share > a.share ? b : a));
  return `Most of the time goes into ${first.name}${aboutStage(first.name) ? `: ${aboutStage(first.name).toLowerCase()}` : ""}.`;
}
