package io.ringhaul.internal.telemetry;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.internal.jobstore.JobProfile;
import io.ringhaul.internal.jobstore.JobRequest;
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
 * Records where this process spends its time, on its own thread, one recording at a time. Needs the
 * module {@code jdk.jfr} of the JDK, whose classes are loaded only for the first recording.
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
   * @param folder holds the file of a running recording
   * @param store stores each state of a recording
   */
  FlightProfile(Path folder, Consumer<JobProfile> store) {
    this.folder = folder;
    this.store = store;
  }

  /** Starts a recording and returns at once. A request during a recording is rejected. */
  void record(JobRequest request) {
    JobProfile profile = JobProfile.requested(request.id(), request.body());
    if (!isBusy.compareAndSet(false, true)) {
      reject(profile, "Another recording was running");
      return;
    }
    try {
      thread.execute(
          () -> {
            JobProfile ended;
            try {
              put(profile.recording());
              ended = ended(profile);
            } finally {
              // Who reads the result may ask for the next recording at once.
              isBusy.set(false);
            }
            put(ended);
          });
    } catch (RejectedExecutionException e) {
      isBusy.set(false);
      reject(profile, "The job had ended");
    }
  }

  private void reject(JobProfile profile, String reason) {
    LOG.info("A recording was not started: {}", reason);
    put(profile.failed(reason));
  }

  private void put(JobProfile profile) {
    try {
      store.accept(profile);
    } catch (BulkOperationException e) {
      LOG.warn("A recording could not be stored: {}", e.getMessage());
    }
  }

  private JobProfile ended(JobProfile profile) {
    try {
      return profile.ready(FlightRecording.stacks(profile.seconds(), folder).json());
    } catch (InterruptedException e) {
      return profile.failed("The job ended during the recording");
    } catch (IOException e) {
      return profile.failed("The recording could not be written or read: " + e.getMessage());
    } catch (LinkageError | IllegalStateException | SecurityException e) {
      return profile.failed(
          "This Java runtime has no flight recorder; run the job with a JDK that has jdk.jfr: "
              + e);
    } catch (RuntimeException | OutOfMemoryError e) {
      return profile.failed("The recording failed: " + e);
    }
  }

  /** Ends a running recording, which is stored as failed. */
  @Override
  public void close() {
    thread.shutdownNow();
    if (!Background.awaitEnd(thread, TO_END)) {
      LOG.warn("A recording did not end in time; its thread keeps running");
    }
  }

  /**
   * A recording by the JDK's flight recorder. A class of its own because a Java runtime may lack
   * the module.
   */
  static final class FlightRecording {

    private static final String SAMPLE = "jdk.ExecutionSample";
    private static final String NATIVE_SAMPLE = "jdk.NativeMethodSample";
    private static final Duration EVERY = Duration.ofMillis(10);
    private static final Duration NATIVE_EVERY = Duration.ofMillis(20);

    /**
     * Native methods in which a thread waits, although the recorder counts them as work. Most
     * samples of the driver's threads beside a busy cluster are of this kind.
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

    /** Records for this many seconds and deletes the recording file. */
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
          // Other recordings of the process may add events of other types to the file.
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

    /** Returns the frames, outermost first. */
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
   * Stacks merged into a tree: each node is a frame, with the number of samples in which its parent
   * called it.
   */
  static final class StackTree {

    private static final int MOST_DEPTH = 128;
    private static final int MOST_NODES = 20_000;

    /** Nodes with less than this fraction of the samples are omitted: one in a thousand. */
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
     * @param frames outermost first; frames after the 128th are ignored
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
     * Returns the tree as {@code {"name","value","children"}}, without nodes that have less than a
     * thousandth of the samples, and limited to the 20,000 nodes with the most samples. A node's
     * value includes the samples of omitted children.
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

    /**
     * Visits nodes by descending samples: a parent has at least as many as its children and comes
     * first.
     */
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
