package io.ringhaul.console;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.job.JobStore;
import java.io.File;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The conditions under which the console closes a connection. */
class ConnectionsTest {

  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final Duration LONG = Duration.ofMinutes(10);
  private static final int TIMEOUT_MILLIS = 20_000;
  private static final int MANY = 100;

  private final JobStore store = JobStore.inMemory();
  private JobConsole console = TestConsoles.start(store, MANY, PATIENCE);

  @AfterEach
  void stop() {
    console.close();
    store.close();
  }

  @Test
  void closesConnectionsWithIncompleteRequests() throws IOException {
    String head = head("GET /api/session");
    try (Socket idle = sending("");
        Socket halfHead = sending("GET /");
        Socket halfBody = sending(head("POST /api/batch-jobs") + "Content-Length: 9\r\n\r\n{");
        Socket kept = sending(head + "\r\n")) {
      assertThat(answer(idle)).isEmpty();
      assertThat(answer(halfHead)).isEmpty();
      // The refusal does not wait for the rest of the body.
      assertThat(answer(halfBody)).startsWith("HTTP/1.1 401");
      assertThat(answer(kept)).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void closesConnectionThatSendsByteByByte() throws Exception {
    try (Socket slow = sending("")) {
      long begin = System.nanoTime();
      try {
        while (System.nanoTime() - begin < Duration.ofSeconds(15).toNanos()) {
          slow.getOutputStream().write('G');
          Thread.sleep(200);
        }
        throw new AssertionError("An endless header is still read after 15 s");
      } catch (IOException e) {
        // The connection was reset.
      }
    }
  }

  @Test
  void doesNotCountProcessingTimeOfConsole() {
    UUID job = StoredExamples.pending(store, "slow").id();
    JobStore slow =
        UnsteadyStore.over(
            store,
            call -> {
              if (call.equals("find")) {
                sleep(PATIENCE.plusSeconds(2));
              }
              return false;
            });
    console.close();
    console = TestConsoles.start(slow, MANY, PATIENCE);
    assertThat(new ConsoleClient(console.uri()).get("/api/batch-jobs/" + job).status())
        .isEqualTo(200);
  }

  @Test
  void evictsConnectionAwaitedLongest() throws IOException {
    console.close();
    console = TestConsoles.start(store, 4, LONG);
    try (EventReader watcher = new EventReader(console.uri().resolve("/api/events"));
        Socket first = answered("");
        Socket second = answered("GET /");
        Socket third = answered("")) {
      assertThat(watcher.next("jobs")).isNotNull();
      try (Socket newcomer = sending(head("GET /api/session") + "Connection: close\r\n\r\n")) {
        assertThat(answer(newcomer)).startsWith("HTTP/1.1 200");
      }
      assertThat(answer(first)).isEmpty();
      for (Socket kept : new Socket[] {second, third}) {
        kept.setSoTimeout(300);
        assertThat(isOpen(kept)).isTrue();
      }
      StoredExamples.pending(store, "new");
      assertThat(watcher.next("jobs")).contains("new");
    }
  }

  @Test
  void failureNamesMissingHttpServer() throws Exception {
    String classPath =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(each -> !each.contains("javalin-"))
            .collect(Collectors.joining(File.pathSeparator));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath,
                PlainConsole.class.getName())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), US_ASCII);
    assertThat(said)
        .contains("StorageException: The console needs io.javalin:javalin")
        .doesNotContain("NoClassDefFoundError");
  }

  /** Starts a console as an application does. */
  static final class PlainConsole {

    private PlainConsole() {}

    public static void main(String[] arguments) {
      try (JobStore store = JobStore.inMemory();
          JobConsole console = JobConsole.over(store).start()) {
        System.out.println(console.uri());
      }
    }
  }

  private String head(String call) {
    return call + " HTTP/1.1\r\nHost: " + console.uri().getAuthority() + "\r\n";
  }

  private Socket sending(String bytes) throws IOException {
    Socket socket = new Socket(console.uri().getHost(), console.uri().getPort());
    socket.setSoTimeout(TIMEOUT_MILLIS);
    socket.getOutputStream().write(bytes.getBytes(US_ASCII));
    return socket;
  }

  /**
   * Opens a connection and completes one request, so that the console has awaited it for longer
   * than connections opened later. The order in which the console accepts new connections is not
   * defined.
   */
  private Socket answered(String next) throws IOException {
    Socket socket = sending(head("GET /api/session") + "\r\n");
    StringBuilder reply = new StringBuilder();
    while (reply.indexOf("}") < 0) {
      int each = socket.getInputStream().read();
      assertThat(each).as("after %s", reply).isNotNegative();
      reply.append((char) each);
    }
    assertThat(reply.toString()).startsWith("HTTP/1.1 200");
    socket.getOutputStream().write(next.getBytes(US_ASCII));
    return socket;
  }

  /** Returns the data up to the end of the connection. */
  private static String answer(Socket socket) throws IOException {
    StringBuilder answer = new StringBuilder();
    try {
      for (int each = socket.getInputStream().read();
          each >= 0;
          each = socket.getInputStream().read()) {
        answer.append((char) each);
      }
    } catch (SocketTimeoutException e) {
      throw new AssertionError("Still open after " + answer, e);
    } catch (IOException e) {
      // A reset is an end as well.
    }
    return answer.toString();
  }

  private static boolean isOpen(Socket socket) throws IOException {
    try {
      return socket.getInputStream().read() >= 0;
    } catch (SocketTimeoutException e) {
      return true;
    }
  }

  private static void sleep(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
