package io.ringhaul.console;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.job.JobStore;
import java.net.InetAddress;
import java.util.Objects;
import java.util.Optional;

/** Configures and starts a {@link JobConsole}. */
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

  /** Sets the port. Default: 0, any free port. */
  public JobConsoleBuilder port(int newPort) {
    if (newPort < 0 || newPort > MOST_PORT) {
      throw new InvalidSettingException("port", "The port must be 0 to 65535, not " + newPort);
    }
    port = newPort;
    return this;
  }

  /**
   * Sets the address. Default: the loopback address, which is reachable from this machine only.
   * With any other address, reading requires the token as well; connections are not encrypted.
   * Browsers must name the address itself or the host name that it was created from.
   */
  public JobConsoleBuilder address(InetAddress newAddress) {
    address = Objects.requireNonNull(newAddress);
    return this;
  }

  /**
   * Sets the secret that changes require: 16 to 200 letters, digits, dots, dashes, underscores and
   * tildes. Default: a new random token.
   */
  public JobConsoleBuilder token(String newToken) {
    token = Token.of(newToken);
    return this;
  }

  /** Sets the launcher of jobs. Default: no launcher; requests to start a job are refused. */
  public JobConsoleBuilder launcher(JobLauncher newLauncher) {
    launcher = Optional.of(newLauncher);
    return this;
  }

  /**
   * Binds the port and starts the server.
   *
   * @throws StorageException if the port cannot be bound, or the HTTP server is not on the class
   *     path
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
      Class.forName("io.javalin.Javalin");
    } catch (ClassNotFoundException e) {
      throw new StorageException(
          "console",
          "The console needs io.javalin:javalin 7.2 on the class path; add it to the dependencies",
          e);
    }
  }
}
