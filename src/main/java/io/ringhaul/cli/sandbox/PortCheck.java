package io.ringhaul.cli.sandbox;

import io.ringhaul.exceptions.BulkOperationException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;

/**
 * Asks for every port before a node does: Cassandra takes seconds to find that a port is taken, and
 * tells it in the middle of a stack trace.
 */
final class PortCheck {

  /**
   * A port that a node will listen on.
   *
   * @param purpose what for, as a user would call it
   */
  record Listener(String purpose, InetSocketAddress address) {}

  private PortCheck() {}

  /**
   * Checks that each port can be listened on now.
   *
   * @throws BulkOperationException if one cannot, with its number, its purpose and its address
   */
  static void requireFree(List<Listener> listeners) {
    for (Listener listener : listeners) {
      InetSocketAddress address = listener.address();
      String host = address.getAddress().getHostAddress();
      try (ServerSocket probe = new ServerSocket()) {
        // A port that only lingers after a connection's end can be listened on again.
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
          + " is taken ("
          + e.getMessage()
          + "): end the process that listens on it, or choose"
          + " another port.";
    }
    return "This machine has no address "
        + host
        + " ("
        + e.getMessage()
        + "): each node needs one of its own. On macOS: sudo ifconfig lo0 alias "
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
