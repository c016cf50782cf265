package io.ringhaul.console;

import io.ringhaul.internal.jobstore.JobTelemetry;
import io.ringhaul.job.JobStore;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;

/**
 * An HTTP server for the jobs of a store. Clients watch jobs and, with the console's token, start,
 * stop and tune them. {@code /} is the web page, {@code /api/openapi.json} describes the API.
 *
 * <pre>{@code
 * try (JobConsole console = JobConsole.over(store).start()) {
 *   log.info("Jobs at {}", console.uri());
 *   ...
 * }
 * }</pre>
 *
 * <p>The default address is the loopback address. The console reads the store only on requests and
 * while clients watch. The jobs may run in other processes.
 */
public final class JobConsole implements AutoCloseable {

  private final ConsoleServer server;
  private final Broadcaster broadcaster;
  private final URI uri;

  private JobConsole(ConsoleServer server, Broadcaster broadcaster, URI uri) {
    this.server = server;
    this.broadcaster = broadcaster;
    this.uri = uri;
  }

  /**
   * Returns a builder for a console over the given store. The caller closes the store after the
   * console.
   */
  public static JobConsoleBuilder over(JobStore store) {
    return new JobConsoleBuilder(store);
  }

  /** Returns a new secret for {@link JobConsoleBuilder#token}, for callers that keep the token. */
  public static String newToken() {
    return Token.random().text();
  }

  static JobConsole start(
      InetAddress address, int port, Token token, KnownJobs jobs, Connections connections) {
    // Before the port is taken: fails for a store that is not of this library.
    LiveReader live = new LiveReader(JobTelemetry.of(jobs.store()));
    ConsoleServer server = new ConsoleServer(address, port, connections);
    // The host name if the address was created from one; getHostString does not resolve names.
    String name = new InetSocketAddress(address, 0).getHostString();
    Guard guard = new Guard(server.address(), name, token);
    Broadcaster broadcaster = new Broadcaster(jobs, live);
    server.start(guard, api -> addCalls(api, jobs, live, guard, broadcaster));
    broadcaster.start();
    return new JobConsole(server, broadcaster, uri(server.address(), token));
  }

  static void addCalls(
      Api api, KnownJobs jobs, LiveReader live, Guard guard, Broadcaster broadcaster) {
    new JobCalls(jobs, live).addTo(api);
    new PartitionCalls(jobs, live).addTo(api);
    new ProfileCalls(jobs).addTo(api);
    new MetricCalls(jobs, live).addTo(api);
    new TuningCalls(jobs, live).addTo(api);
    broadcaster.addTo(api);
    new ServiceCalls(jobs, live, guard).addTo(api);
  }

  private static URI uri(InetSocketAddress bound, Token token) {
    // For the wildcard address, the loopback address is the local one.
    InetAddress address =
        bound.getAddress().isAnyLocalAddress()
            ? InetAddress.getLoopbackAddress()
            : bound.getAddress();
    return URI.create(
        "http://" + Hosts.inUri(address) + ":" + bound.getPort() + "/#token=" + token.text());
  }

  /**
   * Returns the address of the page with the token in {@code #token=}. Every client with this
   * address can change jobs.
   */
  public URI uri() {
    return uri;
  }

  /** Stops listening and disconnects all clients. Jobs continue. */
  @Override
  public void close() {
    broadcaster.close();
    server.close();
  }
}
