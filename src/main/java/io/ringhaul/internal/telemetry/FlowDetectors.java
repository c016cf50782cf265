package io.ringhaul.internal.telemetry;

import io.ringhaul.monitor.BottleneckKind;
import io.ringhaul.monitor.Sample;
import io.ringhaul.monitor.TaskSample;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Detectors of bottlenecks in how rows and tasks pass through the job. */
final class FlowDetectors {

  private FlowDetectors() {}

  /**
   * Rule: more is read than written. The queue holds the work of at least three seconds and is not
   * shorter than three samples before. A full queue alone is no bottleneck, since one side is
   * always the faster one.
   */
  static final class QueueGrowthDetector implements Detector {

    /** A writer that keeps up has far less than one second of work in its queue. */
    private static final double LONG_SECONDS = 3;

    /** In samples; queues are emptied in bursts. */
    private static final int WINDOW = 4;

    /**
     * An import with this share of its request slots in use waits for the cluster, not for its
     * limits.
     */
    private static final double ALL_UNDER_WAY = 0.9;

    /**
     * Workers of an export that wait for a larger share wait for pages or for the limits of the
     * job.
     */
    private static final double MOST_WAIT = 0.5;

    private record Moment(long queued, double drained) {}

    private final OperationKind work;
    private final Deque<Moment> window = new ArrayDeque<>();

    QueueGrowthDetector(OperationKind work) {
      this.work = work;
    }

    @Override
    public BottleneckKind kind() {
      return BottleneckKind.QUEUE_GROWTH;
    }

    @Override
    public List<Detection> look(Sample sample, SteadyState steadyState) {
      // An import queues statements, about one for each row; an export queues pages, one for each
      // request.
      double drained =
          work.writesRows() ? sample.rowsPerSecond() * sample.seconds() : sample.requests();
      window.addLast(new Moment(sample.queued(), drained));
      if (window.size() > WINDOW) {
        window.removeFirst();
      }
      if (sample.paused() || window.size() < WINDOW || !isReadFaster(sample)) {
        return List.of();
      }
      double perSecond = window.stream().mapToDouble(Moment::drained).sum() / WINDOW;
      double wait = sample.queued() / Math.max(1e-9, perSecond);
      long before = window.getFirst().queued();
      if (sample.queued() == 0 || sample.queued() < before || wait < LONG_SECONDS) {
        return List.of();
      }
      return List.of(detection(sample, before, perSecond));
    }

    private boolean isReadFaster(Sample sample) {
      return work.writesRows()
          ? sample.inFlightBound() > 0
              && sample.inFlight() >= ALL_UNDER_WAY * sample.inFlightBound()
          : StageTimes.of(sample.stages()).share(StageTimes.WAITING) <= MOST_WAIT;
    }

    private Detection detection(Sample sample, long before, double perSecond) {
      boolean imports = work.writesRows();
      return new Detection(
          "queue",
          Map.of(
              "queued", (double) sample.queued(),
              "queuedBefore", (double) before,
              "drainedPerSecond", perSecond),
          FigureText.of(
              "%,d %s wait in the queue, and %,.1f are written in a second.",
              sample.queued(), imports ? "statements" : "pages", perSecond),
          imports
              ? "The cluster writes rows more slowly than the source delivers them: check its load,"
                  + " or run the import with fewer requests in flight."
              : "The target accepts rows more slowly than the cluster delivers them: write to a"
                  + " faster target, or with more workers.");
    }
  }

  /**
   * Rule: one task runs at least four seconds and four times as long as the median of the completed
   * tasks, while workers are idle and no task waits.
   */
  static final class SkewDetector implements Detector {

    /** Compared with the median of the completed tasks. */
    private static final double FACTOR = 4;

    /** A task that ends sooner delays no worker noticeably. */
    private static final double LEAST_SECONDS = 4;

    /** With fewer completed tasks the median is unknown. */
    private static final int LEAST_DONE = 3;

    /** The assumed duration of a task that began and ended between two samples. */
    private static final double UNSEEN_SECONDS = 0.5;

    /** A running task, and how long it was paused. */
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
      int waiting =
          sample.progress().tasks() - sample.progress().tasksDone() - sample.tasks().size();
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
        // The progress of a resumed run includes the completed tasks of earlier runs.
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

    /** The median; tasks that no sample has shown took almost no time. */
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
              "Task %d has run for %.0f s and %,d rows; tasks usually take %.1f s. %d workers are"
                  + " idle.",
              task.partition(), longest.seconds(), task.rows(), usual, idle),
          "Divide the job into more tasks (taskCount, --tasks). A single large partition or file"
              + " cannot be divided.");
    }
  }

  /**
   * Rule: the rates of rows and of bytes are both below 40 % and below the 10th percentile of their
   * usual values. A lower rate of rows alone is normal where rows are larger.
   */
  static final class ThroughputDropDetector implements Detector {

    /** Smaller drops occur with the data of a table. */
    private static final double FACTOR = 0.4;

    /**
     * The number of samples whose median is compared: pages and ranges end in bursts, and a
     * disturbance of one or two samples does not last.
     */
    private static final int SMOOTHED = 3;

    private record Rates(double rows, double bytes) {}

    private final Deque<Rates> last = new ArrayDeque<>();
    private final Baseline rows = new Baseline();
    private final Baseline bytes = new Baseline();

    @Override
    public BottleneckKind kind() {
      return BottleneckKind.THROUGHPUT_DROP;
    }

    @Override
    public Persistence persistence() {
      return Persistence.LONG;
    }

    @Override
    public List<Detection> look(Sample sample, SteadyState steadyState) {
      if (steadyState.isAnew()) {
        rows.clear();
        bytes.clear();
      }
      if (!steadyState.isAtStrength()) {
        last.clear();
        return List.of();
      }
      last.addLast(new Rates(sample.rowsPerSecond(), sample.bytesPerSecond()));
      if (last.size() > SMOOTHED) {
        last.removeFirst();
      }
      if (last.size() < SMOOTHED) {
        return List.of();
      }
      double rowsNow = middle(Rates::rows);
      double bytesNow = middle(Rates::bytes);
      // A count receives almost no bytes.
      boolean dropped =
          rows.isKnown() && isLow(rowsNow, rows) && (bytes.median() == 0 || isLow(bytesNow, bytes));
      if (dropped) {
        rows.skip();
        bytes.skip();
        return List.of(detection(rowsNow, bytesNow));
      }
      rows.add(rowsNow);
      bytes.add(bytesNow);
      return List.of();
    }

    private double middle(ToDoubleFunction<Rates> rate) {
      return last.stream().mapToDouble(rate).sorted().toArray()[SMOOTHED / 2];
    }

    private static boolean isLow(double now, Baseline usual) {
      return now < FACTOR * usual.median() && now < usual.low();
    }

    private Detection detection(double rowsNow, double bytesNow) {
      return new Detection(
          "job",
          Map.of(
              "rowsPerSecond",
              rowsNow,
              "usualRowsPerSecond",
              rows.median(),
              "bytesPerSecond",
              bytesNow,
              "usualBytesPerSecond",
              bytes.median()),
          FigureText.of(
              "The job handles %,.0f rows in a second; the usual rate is %,.0f.",
              rowsNow, rows.median()),
          "Check the other bottlenecks for the cause. If there are none, something outside the job"
              + " has changed: the load of the cluster, the network or this machine.");
    }
  }
}
