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
 * The open connections. A connection is awaited while the next step is the client's: to send a
 * whole request, or to read a piece of the reply. An awaited connection is closed when the client
 * takes too long, or when a new client needs its place; the one that is awaited longest goes first.
 * Thread-safe.
 */
final class Connections implements Connection.Listener, AutoCloseable {

  private static final long EVERY_MILLIS = 250;

  private final int most;
  private final Duration patience;
  private final Set<Connection> open = new HashSet<>();

  /** Since when a connection is awaited, in {@link System#nanoTime}; the earliest is first. */
  private final Map<Connection, Long> awaited = new LinkedHashMap<>();

  private final ScheduledExecutorService clock = Background.clock("ringhaul-console-clock");

  /**
   * @param most how many connections may be open
   * @param patience how long a client may take for each step
   */
  Connections(int most, Duration patience) {
    this.most = most;
    this.patience = patience;
    Runnable task = Background.lasting("Closing connections of slow clients", this::closeLate);
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

  /** The next step is the client's, and its time begins now. */
  synchronized void awaits(Connection connection) {
    awaited.remove(connection);
    if (open.contains(connection)) {
      awaited.put(connection, System.nanoTime());
    }
  }

  /** The next step is the console's, however long it takes. */
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

  /** What is under way on the connection fails. */
  static void close(Connection connection) {
    connection.getEndPoint().close();
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
