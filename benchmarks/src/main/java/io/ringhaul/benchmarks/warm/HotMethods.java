package io.ringhaul.benchmarks.warm;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import jdk.jfr.consumer.EventStream;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;

/** Evaluates a recording of JDK Flight Recorder: where CPU time and allocations occur. */
public final class HotMethods {

  private static final String SAMPLE = "jdk.ExecutionSample";
  private static final String ALLOCATION = "jdk.ObjectAllocationSample";
  private static final String OWN = "io.ringhaul.";

  private final Map<String, Long> top = new HashMap<>();
  private final Map<String, Long> own = new HashMap<>();
  private final Map<String, Long> within = new HashMap<>();
  private final Map<String, Long> threads = new HashMap<>();
  private final Map<String, Long> allocations = new HashMap<>();

  /** Threads with at least one allocation sample. */
  private final Set<Long> allocating = new HashSet<>();

  private HotMethods() {}

  /** Reads a recording. */
  public static HotMethods of(Path recording) throws IOException {
    HotMethods methods = new HotMethods();
    try (EventStream events = EventStream.openFile(recording)) {
      events.onEvent(SAMPLE, methods::sampled);
      events.onEvent(ALLOCATION, methods::allocated);
      events.start();
    }
    return methods;
  }

  private void sampled(RecordedEvent event) {
    List<RecordedFrame> frames = frames(event);
    if (frames.isEmpty()) {
      return;
    }
    one(top, name(frames.get(0).getMethod()));
    one(own, ownFrame(frames));
    frames.stream()
        .map(frame -> name(frame.getMethod()))
        .filter(name -> name.startsWith(OWN))
        .distinct()
        .forEach(name -> one(within, name));
    String thread = event.getThread("sampledThread").getJavaName();
    one(threads, thread == null ? "JVM thread" : thread.replaceAll("\\d+", "N"));
  }

  private void allocated(RecordedEvent event) {
    List<RecordedFrame> frames = frames(event);
    // The first sample of a thread includes everything that it allocated before the recording.
    if (allocating.add(event.getThread().getId()) || frames.isEmpty()) {
      return;
    }
    allocations.merge(
        event.getClass("objectClass").getName() + " in " + ownFrame(frames),
        event.getLong("weight"),
        Long::sum);
  }

  private static List<RecordedFrame> frames(RecordedEvent event) {
    return event.getStackTrace() == null ? List.of() : event.getStackTrace().getFrames();
  }

  private static void one(Map<String, Long> counts, String name) {
    counts.merge(name, 1L, Long::sum);
  }

  /** Returns the topmost frame of Ringhaul. */
  private static String ownFrame(List<RecordedFrame> frames) {
    return frames.stream()
        .map(frame -> name(frame.getMethod()))
        .filter(name -> name.startsWith(OWN))
        .findFirst()
        .orElse("(not in Ringhaul)");
  }

  private static String name(RecordedMethod method) {
    return method.getType().getName() + "." + method.getName();
  }

  /** Prints the most frequent entries of each kind. */
  public void print(int most) {
    long samples = sum(threads);
    print("samples by thread", threads, samples, most);
    print("samples by top method", top, samples, most);
    print("samples by topmost Ringhaul method", own, samples, most);
    print("samples by Ringhaul method anywhere on the stack", within, samples, most);
    print(
        "bytes allocated by class and topmost Ringhaul method",
        allocations,
        sum(allocations),
        most);
  }

  private static long sum(Map<String, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  private static void print(String title, Map<String, Long> counts, long all, int most) {
    System.out.printf(Locale.ROOT, "%n%s (of %,d)%n", title, all);
    counts.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
        .limit(most)
        .forEach(
            each ->
                System.out.printf(
                    Locale.ROOT,
                    "%6.1f %%  %,14d  %s%n",
                    100.0 * each.getValue() / all,
                    each.getValue(),
                    each.getKey()));
  }
}
