package io.ringhaul.internal.telemetry;

import io.ringhaul.monitor.BottleneckKind;
import io.ringhaul.monitor.Sample;
import io.ringhaul.monitor.TaskSample;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds that one task has much more to do than the others, which are done: workers have nothing to
 * do and wait for its end.
 */
final class SkewDetector implements Detector {

  /** Against the median of the tasks that are done. */
  private static final double FACTOR = 4;

  /** What ends sooner holds nobody up. */
  private static final double LEAST_SECONDS = 4;

  /** Of fewer there is no telling what is usual. */
  private static final int LEAST_DONE = 3;

  /** How long a task took that began and ended between two samples. */
  private static final double UNSEEN_SECONDS = 0.5;

  /** A task under way, and for how long it was not to go on. */
  private record Seen(TaskSample task, double pausedSeconds) {
    double seconds() {
      return task.seconds() - pausedSeconds;
    }
  }

  private final Map<Integer, Seen> underWay = new HashMap<>();
  private final List<Double> secondsOfDone = new ArrayList<>();
  private int doneEarlier = -1;

  @Override
  public BottleneckKind kind() {
    return BottleneckKind.SKEW;
  }

  @Override
  public List<Detection> look(Sample sample, SteadyState steadyState) {
    learn(sample);
    int idle = steadyState.workers(sample) - sample.tasks().size();
    int done = sample.progress().tasksDone() - doneEarlier;
    int waiting = sample.progress().tasks() - sample.progress().tasksDone() - sample.tasks().size();
    if (idle < 1 || waiting > 0 || done < LEAST_DONE || sample.paused()) {
      return List.of();
    }
    double usual = usualSeconds(done);
    return underWay.values().stream()
        .max(Comparator.comparingDouble(Seen::seconds))
        .filter(longest -> longest.seconds() >= Math.max(LEAST_SECONDS, FACTOR * usual))
        .map(longest -> List.of(detection(sample, longest, usual, idle)))
        .orElse(List.of());
  }

  private void learn(Sample sample) {
    if (doneEarlier < 0) {
      // A run that goes on where another has ended counts the tasks of that.
      boolean isResumed = sample.progress().earlierRows() > 0;
      doneEarlier = isResumed ? sample.progress().tasksDone() : 0;
    }
    Map<Integer, Seen> before = Map.copyOf(underWay);
    underWay.clear();
    for (TaskSample task : sample.tasks()) {
      Seen known = before.get(task.partition());
      double paused = known == null ? 0 : known.pausedSeconds();
      underWay.put(
          task.partition(), new Seen(task, paused + (sample.paused() ? sample.seconds() : 0)));
    }
    before.forEach(
        (partition, task) -> {
          if (!underWay.containsKey(partition)) {
            secondsOfDone.add(task.seconds());
          }
        });
  }

  /** The median; tasks that no sample has seen took next to no time. */
  private double usualSeconds(int done) {
    List<Double> all = new ArrayList<>(secondsOfDone);
    for (int i = all.size(); i < done; i++) {
      all.add(UNSEEN_SECONDS);
    }
    all.sort(Comparator.naturalOrder());
    return all.get(all.size() / 2);
  }

  private static Detection detection(Sample sample, Seen longest, double usual, int idle) {
    TaskSample task = longest.task();
    return new Detection(
        "task:" + task.partition(),
        Map.of(
            "seconds", longest.seconds(),
            "usualSeconds", usual,
            "rows", (double) task.rows(),
            "idleWorkers", (double) idle,
            "tasksUnderWay", (double) sample.tasks().size()),
        FigureText.of(
            "Task %d has run for %.0f s and %,d rows, where tasks usually take %.1f s; %d workers"
                + " have nothing left to do.",
            task.partition(), longest.seconds(), task.rows(), usual, idle),
        "Divide the work into more tasks (taskCount, --tasks); a partition or file that is large"
            + " by itself stays one piece of work.");
  }
}
