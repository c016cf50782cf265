package io.ringhaul.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ringhaul.internal.jackson.Json;
import io.ringhaul.internal.jobstore.JobRun;
import io.ringhaul.internal.jobstore.JobTelemetry;
import io.ringhaul.job.Job;
import io.ringhaul.job.JobStore;
import io.ringhaul.monitor.Bottleneck;
import io.ringhaul.monitor.BottleneckKind;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients of the event stream receive every change. */
class EventsTest {

  private static final int DEAF = 30;
  private static final int MEGABYTE = 1 << 20;
  private static final int LONG_BOTTLENECKS = 6;
  private static final long DEAF_PATIENCE_MILLIS = 6_000;
  private static final long BEYOND_A_TICK_MILLIS = 1_200;

  @TempDir private Path folder;

  private JobStore store;
  private JobConsole console;

  @BeforeEach
  void start() {
    store = JobStore.file(folder.resolve("jobs.db"));
    console = JobConsole.over(store).start();
  }

  @AfterEach
  void stop() {
    console.close();
    store.close();
  }

  private URI events(String query) {
    return console.uri().resolve("/api/events" + query);
  }

  private static JsonNode json(@Nullable String text) {
    return Json.tree(Objects.requireNonNull(text));
  }

  @Test
  void streamsChangesOfJob() throws IOException {
    try (JobRun run = StoredExamples.running(store, "watched");
        EventReader events = new EventReader(events("?job=" + run.job().id()))) {
      assertThat(json(events.next("job")).path("figures").path("done").asInt()).isEqualTo(2);
      run.begun(4);
      JsonNode changed = json(events.next("partitions"));
      assertThat(changed.path("job").asText()).isEqualTo(run.job().id().toString());
      assertThat(changed.path("items")).hasSize(1);
      assertThat(changed.path("items").get(0).path("number").asInt()).isEqualTo(4);
      assertThat(changed.path("items").get(0).path("status").asText()).isEqualTo("RUNNING");
      StoredExamples.measured(store, run.job().id());
      assertThat(json(events.next("bottleneck")).path("kind").asText())
          .isEqualTo("SERVER_OVERLOAD");
      assertThat(json(events.next("job")).path("live").path("rows").asLong()).isEqualTo(300);
      run.stopped();
      assertThat(json(events.next("job")).path("status").asText()).isEqualTo("STOPPED");
      store.delete(run.job().id());
      assertThat(events.next("job")).as("end of the stream").isNull();
    }
  }

  @Test
  void streamsChangesOfAllJobs() throws IOException {
    StoredExamples.pending(store, "first");
    try (EventReader early = new EventReader(events(""));
        EventReader late = new EventReader(events(""))) {
      assertThat(json(early.next("jobs")).path("items")).hasSize(1);
      Job second = StoredExamples.pending(store, "second");
      for (EventReader reader : List.of(early, late)) {
        JsonNode jobs = json(reader.next("jobs"));
        while (jobs.path("items").size() == 1) {
          jobs = json(reader.next("jobs"));
        }
        assertThat(jobs.path("items").get(0).path("id").asText()).isEqualTo(second.id().toString());
      }
    }
  }

  @Test
  void clientThatDoesNotReadDoesNotDelayOthers() throws Exception {
    List<Socket> deaf = new ArrayList<>();
    try (JobRun run = StoredExamples.running(store, "watched")) {
      for (int i = 0; i < DEAF; i++) {
        deaf.add(deaf("/api/events?job=" + run.job().id()));
      }
      for (Socket each : deaf) {
        assertThat(each.getInputStream().read()).isEqualTo('H');
      }
      try (EventReader events = new EventReader(events("?job=" + run.job().id()))) {
        assertThat(events.next("job")).isNotNull();
        // More than the buffers of a connection hold and less than the queue of a client holds.
        for (int round = 0; round < 2; round++) {
          JobTelemetry.of(store).put(run.job().id(), longBottlenecks(round));
          for (int i = 0; i < LONG_BOTTLENECKS; i++) {
            assertThat(events.next("bottleneck")).hasSizeGreaterThan(MEGABYTE);
          }
        }
      }
      // A client cannot observe when the console drops it, only that the rest never arrives.
      Thread.sleep(DEAF_PATIENCE_MILLIS);
      for (Socket each : deaf) {
        assertThat(bytesUntilEnd(each)).isLessThan(2L * LONG_BOTTLENECKS * MEGABYTE);
      }
      run.stopped();
    } finally {
      for (Socket socket : deaf) {
        socket.close();
      }
    }
  }

  @Test
  void watchOfSlowJobDoesNotDelayOthers() throws Exception {
    CountDownLatch isAsked = new CountDownLatch(1);
    CountDownLatch goesOn = new CountDownLatch(1);
    JobStore slow =
        UnsteadyStore.over(
            store,
            call -> {
              if (call.equals("bottlenecks")) {
                isAsked.countDown();
                await(goesOn);
              }
              return false;
            });
    UUID job = StoredExamples.pending(store, "slow").id();
    try (JobConsole other = JobConsole.over(slow).start();
        Socket waiting = new Socket(other.uri().getHost(), other.uri().getPort())) {
      String head = "GET /api/events?job=" + job + " HTTP/1.1\r\nHost: localhost:";
      waiting
          .getOutputStream()
          .write((head + waiting.getPort() + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      // Waits until this read is pending before the other clients receive their first events.
      isAsked.await();
      Thread.sleep(BEYOND_A_TICK_MILLIS);
      try (EventReader events = new EventReader(other.uri().resolve("/api/events"))) {
        assertThat(events.next("jobs")).isNotNull();
      }
      goesOn.countDown();
      assertThat(waiting.getInputStream().read()).isEqualTo('H');
    } finally {
      goesOn.countDown();
    }
  }

  @Test
  void goesOnAfterAnErrorOfTheStore() throws Exception {
    AtomicBoolean fails = new AtomicBoolean();
    JobStore unsteady =
        UnsteadyStore.over(
            store,
            call -> {
              if (fails.getAndSet(false)) {
                throw new OutOfMemoryError("of the test");
              }
              return false;
            });
    try (JobConsole other = JobConsole.over(unsteady).start();
        EventReader events = new EventReader(other.uri().resolve("/api/events"))) {
      assertThat(events.next("jobs")).isNotNull();
      fails.set(true);
      while (fails.get()) {
        Thread.sleep(20);
      }
      StoredExamples.pending(store, "later");
      assertThat(events.next("jobs")).contains("later");
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Socket deaf(String path) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4_096);
    socket.setSoTimeout(20_000);
    socket.connect(new InetSocketAddress(console.uri().getHost(), console.uri().getPort()));
    String head = "GET " + path + " HTTP/1.1\r\nHost: localhost:" + socket.getPort();
    socket.getOutputStream().write((head + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static List<Bottleneck> longBottlenecks(int round) {
    Instant now = Instant.now();
    return IntStream.range(0, LONG_BOTTLENECKS)
        .mapToObj(
            i ->
                new Bottleneck(
                    "long-" + round + "-" + i,
                    BottleneckKind.SERVER_OVERLOAD,
                    "node:127.0.0.1:9042",
                    Map.of(),
                    "x".repeat(MEGABYTE),
                    "Wait.",
                    Optional.empty(),
                    now,
                    now,
                    false))
        .toList();
  }

  /** Counts the bytes up to the end of the connection; fails if it does not end. */
  private static long bytesUntilEnd(Socket socket) {
    byte[] buffer = new byte[1 << 16];
    long bytes = 0;
    try {
      for (int read = 0; read >= 0; read = socket.getInputStream().read(buffer)) {
        bytes += read;
      }
    } catch (SocketTimeoutException e) {
      throw new AssertionError("Still open after " + bytes + " bytes", e);
    } catch (IOException e) {
      // A reset is an end as well.
    }
    return bytes;
  }
}
