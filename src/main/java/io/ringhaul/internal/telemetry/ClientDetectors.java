package io.ringhaul.internal.telemetry;

import io.ringhaul.internal.metrics.ByteSize;
import io.ringhaul.monitor.Bottleneck;
import io.ringhaul.monitor.BottleneckKind;
import io.ringhaul.monitor.ProcessSample;
import io.ringhaul.monitor.Sample;
import io.ringhaul.monitor.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Detectors of bottlenecks in this process and on its machine. */
final class ClientDetectors {

  /** The stages of what the target takes. */
  private static final Set<Stage> PRODUCING = Set.of(Stage.ENCODE, Stage.WRITE);

  /** The evidence of a disk that will be full before the job ends. */
  static final String FREE_BYTES = "freeBytes";

  private ClientDetectors() {}

  /**
   * Rule: the process uses at least 85 % of its processor time, and its workers wait for the
   * cluster for at most 30 % of their time. A machine that other programs keep busy, such as a node
   * beside the job, does not meet this rule.
   */
  static final class ClientCpuDetector implements Detector {

    /** Not 1: scheduling gaps and late samples keep a busy process below full use. */
    private static final double BUSY = 0.85;

    /** With a larger share of waiting the cluster is a limit as well. */
    private static final double MOST_WAIT = 0.3;

    @Override
    public BottleneckKind kind() {
      return BottleneckKind.CLIENT_CPU;
    }

    /** Full processor use for a few seconds is normal and does not hold the job back. */
    @Override
    public Persistence persistence() {
      return Persistence.LONG;
    }

    @Override
    public List<Detection> look(Sample sample, SteadyState steadyState) {
      double cpu = sample.process().cpuShare();
      StageTimes times = StageTimes.of(sample.stages());
      double waits = times.share(StageTimes.WAITING);
      if (cpu < BUSY || times.seconds() == 0 || waits > MOST_WAIT) {
        return List.of();
      }
      double encoding = times.share(PRODUCING);
      return List.of(
          new Detection(
              "process",
              Map.of("cpuShare", cpu, "waitShare", waits, "encodeShare", encoding),
              FigureText.of(
                  "The process uses %d %% of its available processor time; its workers wait for the"
                      + " cluster for only %d %% of their time.",
                  FigureText.percent(cpu), FigureText.percent(waits)),
              encoding > 0.5
                  ? "Give the process more cores, or choose a format or compression that needs less"
                      + " processor time."
                  : "Give the process more cores, or select fewer columns."));
    }
  }

  /**
   * Rule: after a collection at least 90 % of the heap is in use, or collections stop the process
   * for at least 15 % of the time.
   */
  static final class ClientMemoryDetector implements Detector {

    /** The remaining 10 % is too little for the next pages and files. */
    private static final double FULL = 0.9;

    /** Twice the default goal of the G1 collector (one thirteenth of the time). */
    private static final double COLLECTING = 0.15;

    @Override
    public BottleneckKind kind() {
      return BottleneckKind.CLIENT_MEMORY;
    }

    @Override
    public List<Detection> look(Sample sample, SteadyState steadyState) {
      ProcessSample process = sample.process();
      double kept = process.keptShare();
      if (kept < FULL && process.gcShare() < COLLECTING) {
        return List.of();
      }
      return List.of(
          new Detection(
              "heap",
              Map.of(
                  "heapAfterGcShare",
                  kept,
                  "gcShare",
                  process.gcShare(),
                  "gcPauseMillis",
                  process.gcPauseMillis(),
                  "heapMaxBytes",
                  (double) process.heapMax()),
              FigureText.of(
                  "After a collection %d %% of the heap of %s is in use; collections stop the"
                      + " process for %d %% of the time.",
                  FigureText.percent(kept),
                  ByteSize.text(process.heapMax()),
                  FigureText.percent(process.gcShare())),
              "Give the process a larger heap (-Xmx), or use fewer requests in flight and smaller"
                  + " pages.",
              proposal(sample)));
    }

    private static Optional<Bottleneck.Proposal> proposal(Sample sample) {
      return Proposals.half(sample, Tunable.PAGE_BYTES)
          .or(() -> Proposals.half(sample, Tunable.PAGE_ROWS))
          .or(() -> Proposals.half(sample, Tunable.IN_FLIGHT));
    }
  }

  /**
   * Rule: workers spend more than half of their time writing files, or the disk of the target will
   * be full before the job ends (within ten minutes), or has less than 64 MiB left. Used for
   * exports only.
   *
   * <p>Workers that wait for a disk neither compute nor wait for the cluster. A format that writes
   * while it encodes shows only their sum; in this case the processors must be idle as well.
   */
  static final class DiskDetector implements Detector {

    /** The share of the workers' time. */
    private static final double WRITING = 0.5;

    /** On a busier machine, workers may wait for a processor instead of the disk. */
    private static final double BUSY = 0.6;

    /**
     * The bound on processor time per time of encoding and writing: workers above it compute, and
     * do not only wait for the disk.
     */
    private static final double COMPUTING = 0.5;

    /** Leaves time to react. */
    private static final double SECONDS_TO_FULL = 600;

    /** Below this bound the disk counts as full: other programs write to it as well. */
    private static final long LEAST_FREE = 64L << 20;

    /** Before this time the estimate of the remaining time is a guess. */
    private static final int KNOWN_SECONDS = 5;

    /** Samples over which the filling rate is measured, since files are written in bursts. */
    private static final int WINDOW = 10;

    private record Free(Instant time, long bytes) {}

    private final int processors;
    private final Deque<Free> before = new ArrayDeque<>();

    DiskDetector(int processors) {
      this.processors = processors;
    }

    @Override
    public BottleneckKind kind() {
      return BottleneckKind.DISK;
    }

    @Override
    public List<Detection> look(Sample sample, SteadyState steadyState) {
      long free = sample.process().diskFreeBytes();
      if (free < 0) {
        return slow(sample);
      }
      before.addLast(new Free(sample.time(), free));
      if (before.size() > WINDOW) {
        before.removeFirst();
      }
      double rate = fillingBytesPerSecond();
      return rate > 0 && isFilling(sample, free / rate, free)
          ? List.of(full(sample, free, rate))
          : slow(sample);
    }

    /** The rate at which free space shrinks. It includes the writes of other programs. */
    private double fillingBytesPerSecond() {
      Free first = before.getFirst();
      Free last = before.getLast();
      double seconds = Duration.between(first.time(), last.time()).toMillis() / 1e3;
      return seconds <= 0 ? 0 : (first.bytes() - last.bytes()) / seconds;
    }

    private static boolean isFilling(Sample sample, double seconds, long free) {
      double needed = sample.progress().remaining().map(Duration::toSeconds).orElse(0L);
      boolean known = sample.progress().elapsed().toSeconds() >= KNOWN_SECONDS;
      return free < LEAST_FREE || (known && seconds < Math.min(needed, SECONDS_TO_FULL));
    }

    private static Detection full(Sample sample, long free, double rate) {
      return new Detection(
          "disk",
          Map.of(
              FREE_BYTES,
              (double) free,
              "fillingBytesPerSecond",
              rate,
              "completed",
              sample.progress().completed()),
          FigureText.of(
              "The disk of the target has %s left and loses %s a second; %d %% of the job is done.",
              ByteSize.text(free),
              ByteSize.text(Math.round(rate)),
              FigureText.percent(sample.progress().completed())),
          "Stop the job, free space on the disk or choose another disk, and resume the job.");
    }

    private List<Detection> slow(Sample sample) {
      StageTimes times = StageTimes.of(sample.stages());
      double writing = times.share(Set.of(Stage.WRITE));
      if (writing >= WRITING) {
        return List.of(slow(sample, writing));
      }
      double both = times.share(PRODUCING);
      double computed = sample.process().cpuShare() * processors * sample.seconds();
      return both >= WRITING
              && sample.process().machineCpuShare() < BUSY
              && computed < COMPUTING * times.seconds(PRODUCING)
          ? List.of(slow(sample, both))
          : List.of();
    }

    private static Detection slow(Sample sample, double writing) {
      if (sample.process().diskFreeBytes() < 0) {
        return new Detection(
            "target",
            Map.of("writeShare", writing, "cpuShare", sample.process().cpuShare()),
            FigureText.of(
                "The workers spend %d %% of their time writing to the target.",
                FigureText.percent(writing)),
            "Use stronger compression to write fewer bytes, or check the storage of the target and"
                + " the network to it.");
      }
      return new Detection(
          "disk",
          Map.of(
              "writeShare", writing,
              "cpuShare", sample.process().cpuShare(),
              "writtenBytesPerSecond", sample.process().diskBytesPerSecond()),
          FigureText.of(
              "The workers spend %d %% of their time writing files, at %s a second.",
              FigureText.percent(writing),
              ByteSize.text(Math.round(sample.process().diskBytesPerSecond()))),
          "Write to a faster disk, or use stronger compression to write fewer bytes.");
    }
  }
}
