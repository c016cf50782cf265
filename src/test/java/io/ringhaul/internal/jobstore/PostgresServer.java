package io.ringhaul.internal.jobstore;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A PostgreSQL server on this machine, with its data in a temporary folder. PostgreSQL does not run
 * as root; for root it runs as the user of Debian's package, or as the user nobody.
 */
final class PostgresServer implements AutoCloseable {

  private static final String USER = "ringhaul";
  private static final long PATIENCE_SECONDS = 60;
  private static final int RESTARTS = 20;

  private final Path binaries;
  private final Path folder;
  private final int port;
  private Process process;

  private PostgresServer(Path binaries, Path folder, int port) throws IOException {
    this.binaries = binaries;
    this.folder = folder;
    this.port = port;
    this.process = launch();
  }

  /** Makes a server and starts it. */
  static PostgresServer start() throws IOException, InterruptedException {
    Path binaries =
        binaries()
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "The profile postgres needs a PostgreSQL server: install Debian's package"
                            + " postgresql, or put the folder of initdb and postgres on the PATH"));
    Path folder = Files.createTempDirectory("ringhaul-postgres");
    if (isRoot()) {
      require(new ProcessBuilder("chown", unprivileged(), folder.toString()));
    }
    require(
        new ProcessBuilder(
            command(
                binaries.resolve("initdb").toString(),
                "--pgdata=" + folder.resolve("data"),
                "--username=" + USER,
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync")));
    PostgresServer server = new PostgresServer(binaries, folder, freePort());
    server.await();
    return server;
  }

  private static Optional<Path> binaries() throws IOException {
    List<Path> candidates = new ArrayList<>();
    Path debian = Path.of("/usr/lib/postgresql");
    if (Files.isDirectory(debian)) {
      try (Stream<Path> versions = Files.list(debian)) {
        versions
            .sorted(Comparator.comparing((Path each) -> each.getFileName().toString()).reversed())
            .forEach(each -> candidates.add(each.resolve("bin")));
      }
    }
    for (String each : System.getenv("PATH").split(":", -1)) {
      candidates.add(Path.of(each));
    }
    return candidates.stream()
        .filter(each -> Files.isExecutable(each.resolve("initdb")))
        .filter(each -> Files.isExecutable(each.resolve("postgres")))
        .findFirst();
  }

  private Process launch() throws IOException {
    return new ProcessBuilder(
            command(
                binaries.resolve("postgres").toString(),
                "-D",
                folder.resolve("data").toString(),
                "-p",
                Integer.toString(port),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories="))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
        .start();
  }

  /** Ends it as a crash does, and starts it again. */
  void crashAndStart() throws IOException, InterruptedException {
    process.destroyForcibly().waitFor();
    process = launch();
    // What the one that was killed has left behind may have to end first.
    for (int i = 0; i < RESTARTS && process.waitFor(1, TimeUnit.SECONDS); i++) {
      process = launch();
    }
  }

  /** The server's database, for a role. */
  PGSimpleDataSource source(String role) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setServerNames(new String[] {"127.0.0.1"});
    source.setPortNumbers(new int[] {port});
    source.setDatabaseName("postgres");
    source.setUser(role);
    source.setPassword("unneeded");
    return source;
  }

  /** The server's database, for the role that owns it. */
  PGSimpleDataSource source() {
    return source(USER);
  }

  String location() {
    return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
  }

  private void await() throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (true) {
      try (Connection connection = source().getConnection()) {
        return;
      } catch (SQLException e) {
        if (!process.isAlive() || System.nanoTime() > end) {
          throw new IllegalStateException(
              "PostgreSQL does not start: " + Files.readString(folder.resolve("log")), e);
        }
        Thread.sleep(50);
      }
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    process.destroyForcibly().waitFor();
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(each -> each.toFile().delete());
    }
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private static String unprivileged() throws IOException {
    boolean isThere =
        Files.readAllLines(Path.of("/etc/passwd")).stream()
            .anyMatch(l -> l.startsWith("postgres:"));
    return isThere ? "postgres" : "nobody";
  }

  private static List<String> command(String... words) throws IOException {
    List<String> command = new ArrayList<>();
    if (isRoot()) {
      command.addAll(
          List.of("setpriv", "--reuid=" + unprivileged(), "--clear-groups", "--pdeathsig=KILL"));
    }
    command.addAll(List.of(words));
    return command;
  }

  private static void require(ProcessBuilder command) throws IOException, InterruptedException {
    Process process = command.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException(command.command() + ": " + said);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
