package io.ringhaul.console;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.job.JobStore;
import java.net.InetAddress;
import java.util.Objects;
import java.util.Optional;

/** How a console is to be. */
public final class JobConsoleBuilder {

  private static final int MOST_PORT = 65_535;

  private final JobStore store;
  private InetAddress address = InetAddress.getLoopbackAddress();
  private int port;
  private Token token = Token.random();
  private Optional<JobLauncher> launcher = Optional.empty();

  JobConsoleBuilder(JobStore store) {
    this.store = Objects.requireNonNull(store);
  }

  /** The port that it listens on. Default: 0, any that is free. */
  public JobConsoleBuilder port(int newPort) {
    if (newPort < 0 || newPort > MOST_PORT) {
      throw new InvalidSettingException("port", "A port is 0 to 65535, not " + newPort);
    }
    port = newPort;
    return this;
  }

  /**
   * The address that it listens on. Default: the loopback address, which only this machine reaches.
   * On any other, reading takes the token as well; what goes over the network is not encrypted. A
   * browser may name the address, or the host that it was looked up by if there is one.
   */
  public JobConsoleBuilder address(InetAddress newAddress) {
    address = Objects.requireNonNull(newAddress);
    return this;
  }

  /**
   * The secret that a request needs to change something: 16 to 200 letters, digits, dots, dashes,
   * underscores and tildes. Default: a new random one.
   */
  public JobConsoleBuilder token(String newToken) {
    token = Token.of(newToken);
    return this;
  }

  /** What starts jobs. Default: nothing, and requests to start one are refused. */
  public JobConsoleBuilder launcher(JobLauncher newLauncher) {
    launcher = Optional.of(newLauncher);
    return this;
  }

  /**
   * Begins to listen.
   *
   * @throws StorageException if it cannot listen there, or the HTTP server is not on the class path
   */
  public JobConsole start() {
    requireServer();
    return JobConsole.start(
        address,
        port,
        token,
        new KnownJobs(store, launcher),
        new Connections(ConsoleServer.mostConnections(), ConsoleServer.PATIENCE));
  }

  private static void requireServer() {
    try {
      Class.forName("org.eclipse.jetty.server.Server");
    } catch (ClassNotFoundException e) {
      throw new StorageException(
          "console",
          "The console needs org.eclipse.jetty:jetty-server 12.1 on the class path; add it to the"
              + " dependencies",
          e);
    }
  }
}
