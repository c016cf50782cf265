package io.ringhaul.internal.telemetry;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.job.JobProfile;
import io.ringhaul.job.JobRequest;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingFile;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records where this process spends its time, on a thread of its own, one recording at a time. It
 * takes the JDK's module {@code jdk.jfr}, which is touched only when a recording is asked for.
 */
final class FlightProfile implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(FlightProfile.class);
  private static final Duration TO_END = Duration.ofSeconds(10);

  private final Path folder;
  private final Consumer<JobProfile> store;
  private final AtomicBoolean isBusy = new AtomicBoolean();
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Background.threads("ringhaul-profile"));

  /**
   * @param folder where a recording is while it is made
   * @param store keeps each state of a recording
   */
  FlightProfile(Path folder, Consumer<JobProfile> store) {
    this.folder = folder;
    this.store = store;
  }

  /** Begins a recording, and returns at once. One that is asked for meanwhile is refused. */
  void record(JobRequest request) {
    JobProfile profile = JobProfile.requested(request.id(), request.body());
    if (!isBusy.compareAndSet(false, true)) {
      refuse(profile, "Another recording was under way");
      return;
    }
    try {
      thread.execute(
          () -> {
            try {
              put(profile.recording());
              put(ended(profile));
            } finally {
              isBusy.set(false);
            }
          });
    } catch (RejectedExecutionException e) {
      isBusy.set(false);
      refuse(profile, "The job was at its end");
    }
  }

  private void refuse(JobProfile profile, String reason) {
    LOG.info("A recording is not begun: {}", reason);
    put(profile.failed(reason));
  }

  private void put(JobProfile profile) {
    try {
      store.accept(profile);
    } catch (BulkOperationException e) {
      LOG.warn("A recording could not be kept: {}", e.getMessage());
    }
  }

  private JobProfile ended(JobProfile profile) {
    try {
      return profile.ready(FlightRecording.stacks(profile.seconds(), folder).json());
    } catch (InterruptedException e) {
      return profile.failed("The job ended before the recording did");
    } catch (IOException e) {
      return profile.failed("The recording could not be written or read: " + e.getMessage());
    } catch (LinkageError | IllegalStateException | SecurityException e) {
      return profile.failed(
          "This Java cannot record itself; run the job with a JDK that has the module jdk.jfr: "
              + e);
    }
  }

  /** Ends a recording under way, which is stored as failed. */
  @Override
  public void close() {
    thread.shutdownNow();
    if (!Background.awaitEnd(thread, TO_END)) {
      LOG.warn("A recording did not end; its thread is left behind");
    }
  }

  /** A recording by the JDK's flight recorder. Apart from the rest, since a Java may have none. */
  static final class FlightRecording {

    private static final String SAMPLE = "jdk.ExecutionSample";
    private static final String NATIVE_SAMPLE = "jdk.NativeMethodSample";
    private static final Duration EVERY = Duration.ofMillis(10);
    private static final Duration NATIVE_EVERY = Duration.ofMillis(20);

    /**
     * Native methods in which a thread waits for something to do, which the recorder takes for
     * work: most of what the driver's threads do beside a busy cluster.
     */
    private static final Set<String> WAITING =
        Set.of(
            "sun.nio.ch.EPoll.wait",
            "sun.nio.ch.KQueue.poll",
            "sun.nio.ch.WEPoll.wait",
            "sun.nio.ch.Net.accept",
            "sun.nio.ch.Net.poll",
            "io.netty.channel.epoll.Native.epollWait",
            "io.netty.channel.epoll.Native.epollWait0",
            "io.netty.channel.kqueue.Native.keventWait");

    private FlightRecording() {}

    /** Records for so long, and leaves no file behind in the folder. */
    static StackTree stacks(int seconds, Path folder) throws IOException, InterruptedException {
      Path file = Files.createTempFile(folder, "ringhaul-profile", ".jfr");
      try {
        record(file, seconds);
        return read(file);
      } finally {
        Files.deleteIfExists(file);
      }
    }

    private static void record(Path file, int seconds) throws IOException, InterruptedException {
      try (Recording recording = new Recording()) {
        recording.setName("ringhaul");
        recording.enable(SAMPLE).withPeriod(EVERY);
        recording.enable(NATIVE_SAMPLE).withPeriod(NATIVE_EVERY);
        recording.start();
        TimeUnit.SECONDS.sleep(seconds);
        recording.stop();
        recording.dump(file);
      }
    }

    private static StackTree read(Path file) throws IOException {
      StackTree tree = new StackTree();
      try (RecordingFile events = new RecordingFile(file)) {
        while (events.hasMoreEvents()) {
          RecordedEvent event = events.readEvent();
          @Nullable RecordedStackTrace stack = event.getStackTrace();
          // Other recordings of the process may have events of other kinds in the file.
          if (stack != null && isSample(event)) {
            List<String> frames = frames(stack);
            if (!isWaiting(frames)) {
              tree.add(frames);
            }
          }
        }
      }
      return tree;
    }

    private static boolean isSample(RecordedEvent event) {
      String name = event.getEventType().getName();
      return name.equals(SAMPLE) || name.equals(NATIVE_SAMPLE);
    }

    private static boolean isWaiting(List<String> frames) {
      return !frames.isEmpty() && WAITING.contains(frames.get(frames.size() - 1));
    }

    /** The outermost first. */
    private static List<String> frames(RecordedStackTrace stack) {
      List<String> frames = new ArrayList<>();
      for (RecordedFrame frame : stack.getFrames()) {
        RecordedMethod method = frame.getMethod();
        frames.add(method.getType().getName() + "." + method.getName());
      }
      Collections.reverse(frames);
      return frames;
    }
  }

  /**
   * Stacks folded into a tree: each node is a frame, with the number of samples in which it was
   * called from the one above it.
   */
  static final class StackTree {

    private static final int MOST_DEPTH = 128;
    private static final int MOST_NODES = 20_000;

    /** What is seen in fewer samples than one in so many is left out. */
    private static final int LEAST_SHARE = 1_000;

    private static final int MOST_NAME = 200;

    private static final class Node {

      private final String name;
      private final Map<String, Node> children = new LinkedHashMap<>();
      private long value;
      private boolean isKept;

      private Node(String name) {
        this.name = name;
      }
    }

    private final Node root = new Node("all");

    /**
     * Adds a sample.
     *
     * @param frames the outermost first; those beyond the 128th are left out
     */
    void add(List<String> frames) {
      Node at = root;
      at.value++;
      for (String frame : frames.subList(0, Math.min(MOST_DEPTH, frames.size()))) {
        at = at.children.computeIfAbsent(shortened(frame), Node::new);
        at.value++;
      }
    }

    private static String shortened(String frame) {
      return frame.length() <= MOST_NAME ? frame : frame.substring(0, MOST_NAME);
    }

    /**
     * The tree as {@code {"name","value","children"}}, without what is in less than a thousandth of
     * the samples, and with the 20,000 nodes at most that have the most samples. A node's value is
     * that of all its samples, those of children that were left out among them.
     */
    String json() {
      keepLargest();
      StringWriter text = new StringWriter();
      try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
        write(root, json);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return text.toString();
    }

    /** A parent has no fewer samples than its children, and is met before them. */
    private void keepLargest() {
      PriorityQueue<Node> next =
          new PriorityQueue<>(Comparator.comparingLong((Node each) -> each.value).reversed());
      next.add(root);
      for (int kept = 0; kept < MOST_NODES && !next.isEmpty(); kept++) {
        Node node = next.remove();
        node.isKept = true;
        node.children.values().stream()
            .filter(each -> each.value * LEAST_SHARE >= root.value)
            .forEach(next::add);
      }
    }

    private static void write(Node node, JsonGenerator json) throws IOException {
      json.writeStartObject();
      json.writeStringField("name", node.name);
      json.writeNumberField("value", node.value);
      json.writeArrayFieldStart("children");
      List<Node> kept =
          node.children.values().stream()
              .filter(each -> each.isKept)
              .sorted(Comparator.comparing((Node each) -> each.name))
              .toList();
      for (Node each : kept) {
        write(each, json);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
  }
}
