package io.ringhaul.cli.sandbox;

import io.ringhaul.exceptions.BulkOperationException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;

/**
 * Checks every port before a node starts: Cassandra detects a used port only after seconds and
 * reports it within a stack trace.
 */
final class PortCheck {

  /**
   * A port that a node will listen on.
   *
   * @param purpose the port's purpose, in the user's terms
   */
  record Listener(String purpose, InetSocketAddress address) {}

  private PortCheck() {}

  /**
   * Checks that each port is free.
   *
   * @throws BulkOperationException if a port is in use; the message names number, purpose and
   *     address
   */
  static void requireFree(List<Listener> listeners) {
    for (Listener listener : listeners) {
      InetSocketAddress address = listener.address();
      String host = address.getAddress().getHostAddress();
      try (ServerSocket probe = new ServerSocket()) {
        // A port in TIME_WAIT after a closed connection is usable again.
        probe.setReuseAddress(true);
        probe.bind(address);
      } catch (BindException e) {
        throw new BulkOperationException(refusal(listener, host, e), e);
      } catch (IOException e) {
        throw new BulkOperationException(
            "Port "
                + address.getPort()
                + " on "
                + host
                + " could not be checked: "
                + e.getMessage()
                + ".",
            e);
      }
    }
  }

  private static String refusal(Listener listener, String host, BindException e) {
    int port = listener.address().getPort();
    if (isFree(new InetSocketAddress(host, 0))) {
      return "Port "
          + port
          + " ("
          + listener.purpose()
          + ") on "
          + host
          + " is in use ("
          + e.getMessage()
          + "): end the process that listens on it, or choose"
          + " another port.";
    }
    return "This machine has no address "
        + host
        + " ("
        + e.getMessage()
        + "): each node needs its own address. On macOS: sudo ifconfig lo0 alias "
        + host
        + " up";
  }

  private static boolean isFree(InetSocketAddress address) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(address);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
