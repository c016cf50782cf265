package io.ringhaul.internal.telemetry;

import io.ringhaul.monitor.BottleneckKind;
import io.ringhaul.monitor.Sample;
import io.ringhaul.monitor.Stage;
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
   * Finds that more is read than written. A queue that is full is no bottleneck by itself, since
   * one side is always faster than the other; one that holds the work of many seconds, and does not
   * get shorter, is.
   */
  static final class QueueGrowthDetector implements Detector {

    /** Who keeps up has the work of far less than one second before him. */
    private static final double LONG_SECONDS = 3;

    /** Looked at together, as a queue is emptied in lumps. */
    private static final int WINDOW = 4;

    /** An import whose requests are all under way waits for the cluster, and not for its limits. */
    private static final double ALL_UNDER_WAY = 0.9;

    /** Workers of an export that wait more than this wait for pages, or for its limits. */
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
      // Statements are as good as rows; in an export, a page waits for each request.
      double drained =
          work == OperationKind.IMPORT
              ? sample.rowsPerSecond() * sample.seconds()
              : sample.requests();
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
      return work == OperationKind.IMPORT
          ? sample.inFlightBound() > 0
              && sample.inFlight() >= ALL_UNDER_WAY * sample.inFlightBound()
          : StageTimes.of(sample.stages()).share(Stage.WAIT) <= MOST_WAIT;
    }

    private Detection detection(Sample sample, long before, double perSecond) {
      boolean imports = work == OperationKind.IMPORT;
      return new Detection(
          "queue",
          Map.of(
              "queued", (double) sample.queued(),
              "queuedBefore", (double) before,
              "drainedPerSecond", perSecond),
          FigureText.of(
              "%,d %s wait, and %,.1f are written in a second.",
              sample.queued(), imports ? "statements" : "pages", perSecond),
          imports
              ? "The cluster takes rows more slowly than the source gives them: look at its load,"
                  + " or let the import run with fewer requests in flight."
              : "The target takes rows more slowly than the cluster gives them: write to a faster"
                  + " one, or with more workers.");
    }
  }

  /**
   * Finds that one task has much more to do than the others, which are done: workers have nothing
   * to do and wait for its end.
   */
  static final class SkewDetector implements Detector {

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

  /**
   * Finds that rows pass much more slowly than they used to. Both rows and bytes must have dropped:
   * where rows are larger there are fewer of them in a second, and nothing is wrong.
   */
  static final class ThroughputDropDetector implements Detector {

    /** Less than half; less than this varies with the table. */
    private static final double FACTOR = 0.4;

    /**
     * The median of so many counts: pages and ranges end in lumps, so that a single second tells
     * little, and what disturbs one or two of them does not last.
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
      // A count has next to no bytes.
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
              "%,.0f rows pass in a second where it used to be %,.0f.", rowsNow, rows.median()),
          "Look at the other bottlenecks for the cause; without one, something outside of the job"
              + " has changed: the cluster's load, the network or this machine.");
    }
  }
}
