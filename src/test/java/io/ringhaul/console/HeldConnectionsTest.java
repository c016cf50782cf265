package io.ringhaul.console;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.internal.jobstore.JobTelemetry;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobStore;
import io.ringhaul.monitor.Bottleneck;
import io.ringhaul.monitor.BottleneckKind;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients with incomplete requests do not slow down other clients. */
class HeldConnectionsTest {

  private static final int ROUNDS = 3;

  /** More than the buffers of a connection hold. */
  private static final int LONG = 4 << 20;

  private static final int MORE_THAN_THREADS = 70;

  private static final Duration MOST = Duration.ofSeconds(10);
  private static final Duration RELEASE = Duration.ofSeconds(20);

  private final JobStore store = JobStore.inMemory();
  private final Connections connections =
      new Connections(ConsoleServer.mostConnections(), ConsoleServer.PATIENCE);
  private final List<SocketChannel> held = new ArrayList<>();
  private JobConsole console;
  private Job job;

  @BeforeEach
  void start() {
    console = TestConsoles.start(store, connections);
    job = StoredExamples.pending(store, "observed");
    // The first request of a JDK client takes some hundred milliseconds by itself.
    assertThat(new ConsoleClient(console.uri()).get("/api/session").status()).isEqualTo(200);
  }

  @AfterEach
  void stop() throws IOException {
    release();
    console.close();
    store.close();
  }

  @Test
  void servesOthersWhileHeadsAreHalfSent() throws Exception {
    hold(500, "GET /api/batch-jobs HTTP/1.1\r\nHost: ");
    assertOthersAreServed();
    assertAllIsReleased();
  }

  @Test
  void servesOthersWhileBodiesAreHalfSentWithoutTheToken() throws Exception {
    hold(300, post("X-Nothing: 1"));
    assertOthersAreServed();
    assertAllIsReleased();
  }

  @Test
  void servesOthersWhileBodiesAreHalfSentWithTheToken() throws Exception {
    hold(300, post("Authorization: Bearer " + new ConsoleClient(console.uri()).token()));
    assertOthersAreServed();
    assertAllIsReleased();
  }

  @Test
  void servesOthersWhileConnectionsAreIdle() throws Exception {
    hold(2_300, "");
    assertOthersAreServed();
    assertThat(connections.size()).isLessThanOrEqualTo(ConsoleServer.mostConnections());
    assertAllIsReleased();
  }

  @Test
  void servesOthersWhileResponsesAreNotRead() throws Exception {
    Instant now = Instant.now();
    JobTelemetry.of(store)
        .put(
            job.id(),
            List.of(
                new Bottleneck(
                    "long",
                    BottleneckKind.SERVER_OVERLOAD,
                    "node:127.0.0.1:9042",
                    Map.of(),
                    "x".repeat(LONG),
                    "Wait.",
                    Optional.empty(),
                    now,
                    now,
                    false)));
    String get =
        "GET /api/performance-metrics/bottlenecks?job="
            + job.id()
            + " HTTP/1.1\r\nHost: "
            + console.uri().getAuthority()
            + "\r\n\r\n";
    for (int i = 0; i < MORE_THAN_THREADS; i++) {
      hold(1, get);
      assertThat(held.get(i).read(ByteBuffer.allocate(1))).isEqualTo(1);
    }
    assertOthersAreServed();
    assertAllIsReleased();
  }

  private String post(String header) {
    return "POST /api/batch-jobs HTTP/1.1\r\nHost: "
        + console.uri().getAuthority()
        + "\r\n"
        + header
        + "\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{";
  }

  private void hold(int count, String bytes) throws IOException {
    URI uri = console.uri();
    for (int i = 0; i < count; i++) {
      SocketChannel channel = SocketChannel.open();
      channel.setOption(StandardSocketOptions.SO_RCVBUF, 4_096);
      channel.connect(new InetSocketAddress(uri.getHost(), uri.getPort()));
      held.add(channel);
      try {
        channel.write(ByteBuffer.wrap(bytes.getBytes(US_ASCII)));
      } catch (IOException e) {
        // The connection was evicted in favour of a later one.
      }
    }
  }

  private void assertOthersAreServed() throws Exception {
    try (EventReader events =
        new EventReader(console.uri().resolve("/api/events?job=" + job.id()))) {
      for (int round = 0; round < ROUNDS; round++) {
        String name = "round " + round;
        ConsoleClient client = new ConsoleClient(console.uri());
        assertInTime(() -> client.get("/api/batch-jobs").status() == 200);
        String path = "/api/batch-jobs/" + job.id();
        assertInTime(() -> client.call("PUT", path, "{\"name\":\"" + name + "\"}").status() == 200);
        assertInTime(() -> isToldOf(events, name));
        String made = "{\"command\":[\"export\"],\"name\":\"" + name + "\"}";
        assertInTime(() -> client.call("POST", "/api/batch-jobs", made).status() == 201);
      }
    }
  }

  private static boolean isToldOf(EventReader events, String name) {
    try {
      String told = String.valueOf(events.next("job"));
      while (!told.contains(name)) {
        told = String.valueOf(events.next("job"));
      }
      return true;
    } catch (IOException e) {
      throw new AssertionError(name, e);
    }
  }

  private static void assertInTime(BooleanSupplier step) {
    long begin = System.nanoTime();
    assertThat(step.getAsBoolean()).isTrue();
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(MOST);
  }

  /** Checks that no thread is busy and that no held connection is left. */
  private void assertAllIsReleased() throws Exception {
    release();
    long end = System.nanoTime() + RELEASE.toNanos();
    // A connection is closed before its thread is done with it.
    while ((connections.size() > ROUNDS + 2 || !working().isEmpty()) && System.nanoTime() < end) {
      Thread.sleep(50);
    }
    // The clients of each round may keep their connections for another request.
    assertThat(connections.size()).isLessThanOrEqualTo(ROUNDS + 2);
    assertThat(working()).as("threads that work for a client").isEmpty();
  }

  /** Returns the stacks of the threads that work for a client. */
  private static List<List<StackTraceElement>> working() {
    return Thread.getAllStackTraces().entrySet().stream()
        .filter(each -> each.getKey().getName().startsWith("ringhaul-console-http"))
        .map(each -> List.of(each.getValue()))
        .filter(stack -> stack.stream().anyMatch(at -> at.getClassName().startsWith("io.ringhaul")))
        .toList();
  }

  private void release() throws IOException {
    for (SocketChannel channel : held) {
      channel.close();
    }
    held.clear();
  }
}
