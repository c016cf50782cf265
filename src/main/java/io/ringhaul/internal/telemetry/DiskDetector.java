package io.ringhaul.internal.telemetry;

import io.ringhaul.monitor.BottleneckKind;
import io.ringhaul.monitor.Sample;
import io.ringhaul.monitor.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * Finds that files are written more slowly than rows could be had, or that their disk will be full
 * before the job is done. For jobs that write files.
 *
 * <p>Workers that wait for a disk neither compute nor wait for the cluster. A format that writes
 * while it encodes cannot be told from a slow disk by its time alone; there, the processors must
 * have nothing to do meanwhile.
 */
final class DiskDetector implements Detector {

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
            "The disk of the target has %.0f MiB left and loses %.1f MiB a second; %d %% of the job"
                + " is done.",
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
