package io.ringhaul.internal.telemetry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingFile;
import org.jspecify.annotations.Nullable;

/** A recording by the JDK's flight recorder. Apart from the rest, since a Java may have none. */
final class FlightRecording {

  private static final String SAMPLE = "jdk.ExecutionSample";
  private static final String NATIVE_SAMPLE = "jdk.NativeMethodSample";
  private static final Duration EVERY = Duration.ofMillis(10);
  private static final Duration NATIVE_EVERY = Duration.ofMillis(20);

  /**
   * Native methods in which a thread waits for something to do, which the recorder takes for work:
   * most of what the driver's threads do beside a busy cluster.
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
