package io.ringhaul.cli.sandbox;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.BulkOperationException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.Test;

class PortCheckTest {

  @Test
  void namesPortInUse() throws IOException {
    try (ServerSocket holder = listen()) {
      InetSocketAddress taken = address(holder);
      assertThatThrownBy(() -> check(taken))
          .isInstanceOf(BulkOperationException.class)
          .hasMessageStartingWith("Port " + taken.getPort() + " (CQL) on 127.0.0.1 is in use (");
    }
  }

  @Test
  void releasesPortsAfterCheck() throws IOException {
    InetSocketAddress free;
    try (ServerSocket holder = listen()) {
      free = address(holder);
    }
    check(free);
    assertThatCode(() -> check(free)).doesNotThrowAnyException();
  }

  @Test
  void acceptsPortInTimeWait() throws IOException {
    InetSocketAddress lingering;
    try (ServerSocket holder = listen()) {
      lingering = address(holder);
      try (Socket client = new Socket(lingering.getAddress(), lingering.getPort())) {
        // The side that closes first keeps the port in TIME_WAIT.
        holder.accept().close();
        client.getInputStream().read();
      }
    }
    assertThatCode(() -> check(lingering)).doesNotThrowAnyException();
  }

  @Test
  void reportsAddressOfAnotherMachine() throws IOException {
    // 192.0.2.0/24 is reserved for documentation: no machine has an address in it.
    InetAddress foreign = InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1});
    assertThatThrownBy(() -> check(new InetSocketAddress(foreign, 9042)))
        .isInstanceOf(BulkOperationException.class)
        .hasMessageStartingWith("This machine has no address 192.0.2.1 (");
  }

  private static void check(InetSocketAddress address) {
    PortCheck.requireFree(List.of(new PortCheck.Listener("CQL", address)));
  }

  private static ServerSocket listen() throws IOException {
    return new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
  }

  private static InetSocketAddress address(ServerSocket socket) {
    return new InetSocketAddress(socket.getInetAddress(), socket.getLocalPort());
  }
}
