package io.ringhaul.internal.telemetry;

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

/** Detectors of bottlenecks in this process and on its machine. */
final class ClientDetectors {

  private ClientDetectors() {}

  /**
   * Finds that the process itself is the limit: it computes on all the cores that it may use, and
   * its workers hardly wait for the cluster. A machine that is busy with something else, a node
   * beside the job among it, is not enough.
   */
  static final class ClientCpuDetector implements Detector {

    /**
     * A process that has all cores to itself does not reach 1: threads change, sampling is late.
     */
    private static final double BUSY = 0.85;

    /** Who waits more than this has time left: the cluster is a limit as well. */
    private static final double MOST_WAIT = 0.3;

    @Override
    public BottleneckKind kind() {
      return BottleneckKind.CLIENT_CPU;
    }

    /** A job computes at its full strength for some seconds without being held back by it. */
    @Override
    public Persistence persistence() {
      return Persistence.LONG;
    }

    @Override
    public List<Detection> look(Sample sample, SteadyState steadyState) {
      double cpu = sample.process().cpuShare();
      StageTimes times = StageTimes.of(sample.stages());
      double waits = times.share(Stage.WAIT);
      if (cpu < BUSY || times.seconds() == 0 || waits > MOST_WAIT) {
        return List.of();
      }
      double encoding = times.share(Stage.ENCODE, Stage.WRITE);
      return List.of(
          new Detection(
              "process",
              Map.of("cpuShare", cpu, "waitShare", waits, "encodeShare", encoding),
              FigureText.of(
                  "The process uses %d %% of the processor time that it may use, and its workers"
                      + " wait for the cluster for %d %% of their time only.",
                  FigureText.percent(cpu), FigureText.percent(waits)),
              encoding > 0.5
                  ? "Give the process more cores, or choose a format or compression that takes less"
                      + " of them."
                  : "Give the process more cores, or leave out columns that nobody needs."));
    }
  }

  /** Finds that the heap is nearly full, or that the collector takes too much of the time. */
  static final class ClientMemoryDetector implements Detector {

    /** What is left of the heap after a collection is too little for pages and files to come. */
    private static final double FULL = 0.9;

    /** Twice what the usual collector allows itself by its default (one part in thirteen). */
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
                  "After a collection %d %% of the heap of %.0f MiB is in use, and collections stop"
                      + " the process for %d %% of the time.",
                  FigureText.percent(kept),
                  FigureText.mebibytes((double) process.heapMax()),
                  FigureText.percent(process.gcShare())),
              "Give the process a larger heap (-Xmx), or have fewer requests in flight and smaller"
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
   * Finds that files are written more slowly than rows could be had, or that their disk will be
   * full before the job is done. For jobs that write files.
   *
   * <p>Workers that wait for a disk neither compute nor wait for the cluster. A format that writes
   * while it encodes cannot be told from a slow disk by its time alone; there, the processors must
   * have nothing to do meanwhile.
   */
  static final class DiskDetector implements Detector {

    /** More than half of the workers' time. */
    private static final double WRITING = 0.5;

    /** A machine that is busier may keep workers waiting for a processor instead of a disk. */
    private static final double BUSY = 0.6;

    /** Workers that compute for more of their time of writing do more than wait for a disk. */
    private static final double COMPUTING = 0.5;

    /** Enough for people to do something about it. */
    private static final double SECONDS_TO_FULL = 600;

    /** A disk with less is full for whatever else writes to it. */
    private static final long LEAST_FREE = 64L << 20;

    /** Before that, how much is left to do is a guess. */
    private static final int KNOWN_SECONDS = 5;

    /** Files are written in lumps. */
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

    /** How fast the space goes, whoever takes it; the disk is not this job's alone. */
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
              "freeBytes",
              (double) free,
              "fillingBytesPerSecond",
              rate,
              "completed",
              sample.progress().completed()),
          FigureText.of(
              "The disk of the target has %.0f MiB left and loses %.1f MiB a second; %d %% of the"
                  + " job is done.",
              FigureText.mebibytes((double) free),
              FigureText.mebibytes(rate),
              FigureText.percent(sample.progress().completed())),
          "Stop the job, make room on the disk or choose another one, and resume the job.");
    }

    private List<Detection> slow(Sample sample) {
      StageTimes times = StageTimes.of(sample.stages());
      double writing = times.share(Stage.WRITE);
      if (writing >= WRITING) {
        return List.of(slow(sample, writing));
      }
      double both = times.share(Stage.ENCODE, Stage.WRITE);
      double computed = sample.process().cpuShare() * processors * sample.seconds();
      return both >= WRITING
              && sample.process().machineCpuShare() < BUSY
              && computed < COMPUTING * times.seconds(Stage.ENCODE, Stage.WRITE)
          ? List.of(slow(sample, both))
          : List.of();
    }

    private static Detection slow(Sample sample, double writing) {
      return new Detection(
          "disk",
          Map.of(
              "writeShare", writing,
              "cpuShare", sample.process().cpuShare(),
              "writtenBytesPerSecond", sample.process().diskBytesPerSecond()),
          FigureText.of(
              "The workers spend %d %% of their time with writing files, at %.1f MiB a second.",
              FigureText.percent(writing),
              FigureText.mebibytes(sample.process().diskBytesPerSecond())),
          "Write to a faster disk, or compress more, so that there is less to write.");
    }
  }
}
