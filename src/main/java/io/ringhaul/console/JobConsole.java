package io.ringhaul.console;

import io.ringhaul.job.JobStore;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.stream.Stream;

/**
 * The jobs of a store over HTTP: to be watched, and to be started, stopped and tuned by who has the
 * console's token. {@code /} is a page for people, {@code /api/openapi.json} describes the calls.
 *
 * <pre>{@code
 * try (JobConsole console = JobConsole.over(store).start()) {
 *   log.info("Jobs at {}", console.uri());
 *   ...
 * }
 * }</pre>
 *
 * <p>It listens on the loopback address unless told otherwise. It reads the store only while
 * somebody asks or watches, and the jobs may run in other processes.
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

  /** Of the jobs in this store, which stays the caller's to close, after the console. */
  public static JobConsoleBuilder over(JobStore store) {
    return new JobConsoleBuilder(store);
  }

  /** A new secret for {@link JobConsoleBuilder#token}, for who wants to keep it. */
  public static String newToken() {
    return Token.random().text();
  }

  static JobConsole start(
      InetAddress address, int port, Token token, KnownJobs jobs, Connections connections) {
    ConsoleServer server = new ConsoleServer(address, port, connections);
    // The name that the address was looked up by, if it was; nothing is looked up for it here.
    String name = new InetSocketAddress(address, 0).getHostString();
    Guard guard = new Guard(server.address(), name, token);
    LiveReader live = new LiveReader(jobs.store().telemetry());
    Broadcaster broadcaster = new Broadcaster(jobs, live);
    Routes routes = routes(jobs, live, guard, broadcaster);
    server.start(new RequestHandler(guard, routes, new Assets(), connections));
    broadcaster.start();
    return new JobConsole(server, broadcaster, uri(server.address(), token));
  }

  private static Routes routes(
      KnownJobs jobs, LiveReader live, Guard guard, Broadcaster broadcaster) {
    Routes[] all = new Routes[1];
    all[0] =
        new Routes(
            Stream.of(
                    new JobCalls(jobs, live).routes(),
                    new PartitionCalls(jobs).routes(),
                    new ProfileCalls(jobs).routes(),
                    new MetricCalls(jobs, live).routes(),
                    new TuningCalls(jobs, live).routes(),
                    broadcaster.routes(),
                    new ServiceCalls(jobs, live, guard, () -> all[0].all()).routes())
                .flatMap(List::stream)
                .toList());
    return all[0];
  }

  private static URI uri(InetSocketAddress bound, Token token) {
    // Who listens everywhere is reached from here by the loopback address.
    InetAddress address =
        bound.getAddress().isAnyLocalAddress()
            ? InetAddress.getLoopbackAddress()
            : bound.getAddress();
    return URI.create(
        "http://" + Hosts.inUri(address) + ":" + bound.getPort() + "/#token=" + token.text());
  }

  /**
   * Where the page is, with the token behind {@code #token=}: whoever has this address may change
   * jobs.
   */
  public URI uri() {
    return uri;
  }

  /** Stops listening and drops all who watch. Jobs go on. */
  @Override
  public void close() {
    broadcaster.close();
    server.close();
  }
}
