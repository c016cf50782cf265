package io.ringhaul.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;

/** Tests that a failed connection is reported with what happened, where, and what to do. */
class ConnectionFailureTest {

  @Test
  void reportsRefusedConnection() throws IOException {
    int port;
    try (ServerSocket free = listener()) {
      port = free.getLocalPort();
    }
    assertThat(failure(port))
        .isEqualTo(
            String.format(
                "ringhaul: No node could be reached at 127.0.0.1:%1$d: Connection refused by"
                    + " 127.0.0.1:%1$d. Check --contact-point and that the node is up%n",
                port));
  }

  /** As a node that expects TLS does with the driver's first bytes. */
  @Test
  void reportsClosedConnectionWithHintAtTls() throws IOException, InterruptedException {
    Thread closing;
    try (ServerSocket server = listener()) {
      closing = new Thread(() -> closeAll(server));
      closing.start();
      int port = server.getLocalPort();
      assertThat(failure(port))
          .isEqualTo(
              String.format(
                  "ringhaul: No node could be reached at 127.0.0.1:%1$d: 127.0.0.1:%1$d closed the"
                      + " connection. Check the port in --contact-point; if the node expects TLS,"
                      + " configure it in a file for --driver-config%n",
                  port));
    }
    closing.join();
  }

  @Test
  void reportsMissingAnswer() throws IOException {
    // The system accepts the connection; nobody reads from it.
    try (ServerSocket silent = listener()) {
      int port = silent.getLocalPort();
      assertThat(failure(port))
          .isEqualTo(
              String.format(
                  "ringhaul: No node could be reached at 127.0.0.1:%1$d: 127.0.0.1:%1$d did not"
                      + " answer in time. Check --contact-point, the network and that the node is"
                      + " up%n",
                  port));
    }
  }

  private static String failure(int port) {
    CapturedRun run = CapturedRun.inProcess("count", "a.b", "--contact-point=127.0.0.1:" + port);
    assertThat(run.exitCode()).isEqualTo(1);
    return run.err().substring(Math.max(0, run.err().indexOf("ringhaul: No node")));
  }

  private static ServerSocket listener() throws IOException {
    return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  /** Reads the first bytes, then closes each connection. */
  private static void closeAll(ServerSocket server) {
    while (!server.isClosed()) {
      try (Socket accepted = server.accept()) {
        int first = accepted.getInputStream().read();
        assertThat(first).isNotNegative();
      } catch (IOException e) {
        // The test closes the server at its end.
      }
    }
  }
}
