package io.ringhaul.console;

import io.ringhaul.internal.telemetry.Background;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;

/**
 * The open connections. A connection is awaited while the console waits for its client, which sends
 * a request or reads a part of the response. An awaited connection is closed when the client
 * exceeds the time limit, or when a new client connects at the connection limit; then the
 * connection awaited longest is closed. Thread-safe.
 */
final class Connections implements Connection.Listener, AutoCloseable {

  private static final long EVERY_MILLIS = 250;

  private final int most;
  private final Duration patience;
  private final Set<Connection> open = new HashSet<>();

  /**
   * The start of the wait for each awaited connection, in {@link System#nanoTime}, earliest first.
   */
  private final Map<Connection, Long> awaited = new LinkedHashMap<>();

  private final ScheduledExecutorService clock = Background.clock("ringhaul-console-clock");

  /**
   * Creates the limits.
   *
   * @param most the largest number of open connections
   * @param patience the time limit of a client for each step
   */
  Connections(int most, Duration patience) {
    this.most = most;
    this.patience = patience;
    Runnable task = Background.lasting("Closing the connections of slow clients", this::closeLate);
    clock.scheduleWithFixedDelay(task, EVERY_MILLIS, EVERY_MILLIS, TimeUnit.MILLISECONDS);
  }

  @Override
  public void onOpened(Connection connection) {
    List<Connection> evicted = new ArrayList<>();
    synchronized (this) {
      open.add(connection);
      awaits(connection);
      Iterator<Connection> longest = awaited.keySet().iterator();
      for (int excess = open.size() - most; excess > 0 && longest.hasNext(); excess--) {
        evicted.add(longest.next());
      }
      evicted.forEach(this::forget);
    }
    evicted.forEach(Connections::close);
  }

  @Override
  public synchronized void onClosed(Connection connection) {
    forget(connection);
  }

  private void forget(Connection connection) {
    open.remove(connection);
    awaited.remove(connection);
  }

  /** Starts the time limit of the client. */
  synchronized void awaits(Connection connection) {
    awaited.remove(connection);
    if (open.contains(connection)) {
      awaited.put(connection, System.nanoTime());
    }
  }

  /** Stops the time limit while the console works on the request. */
  synchronized void serves(Connection connection) {
    awaited.remove(connection);
  }

  synchronized int size() {
    return open.size();
  }

  private void closeLate() {
    List<Connection> late = new ArrayList<>();
    synchronized (this) {
      long now = System.nanoTime();
      for (Map.Entry<Connection, Long> each : awaited.entrySet()) {
        if (now - each.getValue() > patience.toNanos()) {
          late.add(each.getKey());
        }
      }
      late.forEach(this::forget);
    }
    late.forEach(Connections::close);
  }

  /** Closes the connection; pending reads and writes fail. */
  static void close(Connection connection) {
    connection.getEndPoint().close();
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
