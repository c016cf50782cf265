import { Gantt } from "../charts/gantt.js";
import { noOftener } from "../charts/canvas.js";
import { fill } from "../core/dom.js";
import { go, jobAddress } from "../core/router.js";
import { card, empty } from "../ui/parts.js";

/** When each task began and ended, by worker. */
export function openTimeline(host, watch, signal) {
  const gantt = new Gantt(signal, (partition) =>
    go(jobAddress(watch.id, "partitions", { q: partition.number })),
  );
  const box = card(null, gantt.element);
  const draw = () => {
    const begun = [...watch.partitions.values()].some((each) => each.begunAt !== null);
    if (begun !== box.isConnected || !host.firstChild) {
      fill(
        host,
        begun ? box : empty("No task has begun", "Tasks appear here as the workers take them up."),
      );
    }
    if (begun) gantt.set(watch.partitions);
  };
  const soon = noOftener(500, draw, signal);
  watch.on("partitions", soon, signal);
  watch.on("job", soon, signal);
  draw();
}
