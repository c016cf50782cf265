package io.ringhaul.cli;

import io.ringhaul.cli.jobs.JobStoreLocation;
import io.ringhaul.cli.jobs.UntilSignal;
import io.ringhaul.console.JobConsole;
import io.ringhaul.console.JobConsoleBuilder;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.internal.disk.OwnerOnly;
import io.ringhaul.job.JobStore;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Serves the jobs of a store over HTTP. */
@Command(
    name = "console",
    description =
        "Serves a web page to view, start, stop and tune the jobs of a store. Prints the page's"
            + " address and runs until it is stopped; jobs continue. Without --token-file the"
            + " printed address contains the access token: anyone who can read the output can"
            + " control jobs.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class ConsoleCommand implements Callable<Integer> {

  @Mixin private OptionValues.JobStoreOption store = new OptionValues.JobStoreOption();

  @SuppressWarnings("unused") // OptionDefaults reads its options before the parser does.
  @Mixin
  private OptionDefaults.Options defaults = new OptionDefaults.Options();

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "7430",
      description = "The port to listen on; 0 for any free port. Default: ${DEFAULT-VALUE}.")
  private int port;

  @Option(
      names = "--address",
      paramLabel = "HOST",
      description =
          "The address to listen on. On a non-loopback address, reading also requires the token,"
              + " and the traffic is not encrypted. Default: the loopback address.")
  private @Nullable String address;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "The file of the access token, created if it is missing; the token is then not"
              + " printed. Default: a new token at each start, printed with the address.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--import-from",
      paramLabel = "FOLDER",
      description =
          "A folder that jobs started here may read from: the data of imports and the files of"
              + " --keys, --ranges and --driver-config; repeatable. Exports write anywhere, and a"
              + " --catalog of the configuration file is read without it. Default: none, which"
              + " disables imports of files.")
  private List<Path> importFrom = new ArrayList<>();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    JobStoreLocation location = store.location();
    if (location.isNone()) {
      throw new InvalidSettingException(
          "--job-store",
          "--job-store is none: jobs in memory are not visible here; give a file or a PostgreSQL"
              + " URL");
    }
    ImportFolders folders = ImportFolders.of(importFrom);
    try (UntilSignal signal = UntilSignal.listening();
        JobStore jobs = location.open()) {
      ProcessLauncher.JobProcesses processes =
          new ProcessLauncher.JobProcesses(location, logs(jobs));
      try (ProcessLauncher launcher = new ProcessLauncher(jobs, processes, folders);
          JobConsole console = console(jobs, launcher)) {
        TerminalText.out().println(address(console));
        say("Job store: " + location + "; logs of jobs started here: " + processes.describeLogs());
        signal.await();
        say("The console ends; running jobs continue");
      }
    }
    return ExitCode.DONE;
  }

  /** The printed address, without the token if it is in a file: output may end up in logs. */
  private URI address(JobConsole console) {
    if (tokenFile == null) {
      return console.uri();
    }
    say("The token is in " + tokenFile);
    return console.uri().resolve("/");
  }

  private JobConsole console(JobStore jobs, ProcessLauncher launcher) {
    JobConsoleBuilder builder = JobConsole.over(jobs).port(port).launcher(launcher);
    if (tokenFile != null) {
      builder.token(ConsoleToken.of(tokenFile));
    }
    if (address != null) {
      InetAddress chosen = resolved(address);
      builder.address(chosen);
      if (!chosen.isLoopbackAddress()) {
        say(
            "warning: traffic to "
                + address
                + " is not encrypted, including the token: allow access only from a trusted"
                + " network");
      }
    }
    return builder.start();
  }

  private static InetAddress resolved(String host) {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new InvalidSettingException("--address", "'" + host + "' is an unknown host");
    }
  }

  /** The folder for the logs of jobs that a console starts. */
  static Path logs(JobStore jobs) {
    try {
      return ProcessLauncher.JobProcesses.logsOf(jobs.file());
    } catch (IOException e) {
      throw new StorageException(
          "logs", "The folder for the jobs' logs cannot be created: " + e, e);
    }
  }

  private void say(String line) {
    PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
    err.println("ringhaul: " + line);
    err.flush();
  }

  /** The token file of a console, readable only by its owner. */
  static final class ConsoleToken {

    private static final Set<PosixFilePermission> OWNER_ONLY =
        PosixFilePermissions.fromString("rw-------");

    private ConsoleToken() {}

    /** Reads the token; creates the file with a new token if it is missing. */
    static String of(Path file) {
      try {
        if (!Files.exists(file)) {
          make(file);
        }
        requireOwnersOnly(file);
        return Files.readString(file, StandardCharsets.UTF_8).strip();
      } catch (IOException e) {
        throw new StorageException(
            file.toString(), "The token file " + file + " cannot be used: " + e, e);
      }
    }

    private static void make(Path file) throws IOException {
      OwnerOnly.createFile(file);
      Files.writeString(file, JobConsole.newToken() + "\n");
    }

    private static void requireOwnersOnly(Path file) throws IOException {
      if (OwnerOnly.isPosix(file) && !OWNER_ONLY.containsAll(Files.getPosixFilePermissions(file))) {
        throw new InvalidSettingException(
            "--token-file",
            "Other users can read the token file " + file + ": restrict it with chmod 600");
      }
    }
  }
}
