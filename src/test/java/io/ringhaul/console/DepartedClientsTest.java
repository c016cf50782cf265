package io.ringhaul.console;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Disconnected clients free their connections and streams, regardless of their number. */
class DepartedClientsTest {

  private static final int COMERS = 3 * FewConnections.MOST;
  private static final long PATIENCE_NANOS = Duration.ofSeconds(90).toNanos();

  private Process process;
  private URI console;

  @BeforeEach
  void start() throws IOException {
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                FewConnections.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader out = process.inputReader(UTF_8);
    console = URI.create(Objects.requireNonNull(out.readLine(), "the console did not start"));
  }

  @AfterEach
  void stop() {
    process.destroyForcibly();
  }

  @Test
  void disconnectedWatchersFreeStreams() throws Exception {
    for (int i = 0; i < COMERS; i++) {
      try (Socket watcher = admitted("/api/events")) {
        if (i % 2 == 0) {
          watcher.setSoLinger(true, 0);
        }
      }
    }
    admitted("/api/session").close();
  }

  @Test
  void clientsThatDoNotReadFreeConnections() throws Exception {
    for (int i = 0; i < COMERS; i++) {
      try (Socket hasty = asking("/api/openapi.json")) {
        hasty.setSoLinger(true, 0);
      }
    }
    admitted("/api/session").close();
  }

  @Test
  void servesAllConcurrentClients() throws Exception {
    List<Socket> watchers = new ArrayList<>();
    try {
      for (int i = 0; i < FewConnections.MOST / 2; i++) {
        watchers.add(admitted("/api/events"));
      }
      admitted("/api/session").close();
      assertThat(watchers)
          .allSatisfy(each -> assertThat(each.getInputStream().read()).isPositive());
    } finally {
      for (Socket watcher : watchers) {
        watcher.close();
      }
    }
  }

  /**
   * Opens a connection on which the first byte of a response has arrived; retries while the
   * connection limit is reached.
   */
  private Socket admitted(String path) throws Exception {
    long begin = System.nanoTime();
    while (true) {
      Socket socket = asking(path);
      try {
        if (socket.getInputStream().read() == 'H') {
          return socket;
        }
      } catch (IOException e) {
        // The console closed the connection at its limit.
      }
      socket.close();
      assertThat(System.nanoTime() - begin)
          .as("a connection is accepted again")
          .isLessThan(PATIENCE_NANOS);
      Thread.sleep(50);
    }
  }

  private Socket asking(String path) throws IOException {
    Socket socket = new Socket(console.getHost(), console.getPort());
    try {
      socket.setSoTimeout(20_000);
      String head = "GET " + path + " HTTP/1.1\r\nHost: localhost:" + console.getPort();
      socket.getOutputStream().write((head + "\r\n\r\n").getBytes(US_ASCII));
    } catch (IOException e) {
      // The console has already refused the request; the reader detects this.
    }
    return socket;
  }
}
