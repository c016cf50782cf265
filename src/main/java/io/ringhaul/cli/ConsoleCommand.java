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
        "Shows the jobs of a store on a page, where they can be started, stopped and tuned. Prints"
            + " the page's address and runs until it is stopped; jobs go on. Without --token-file"
            + " the address has the token for that in it: whoever reads what is printed has it"
            + " too.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class)
final class ConsoleCommand implements Callable<Integer> {

  @Mixin private OptionValues.JobStoreOption store = new OptionValues.JobStoreOption();

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "7430",
      description = "The port to listen on; 0 for any that is free. Default: ${DEFAULT-VALUE}.")
  private int port;

  @Option(
      names = "--address",
      paramLabel = "HOST",
      description =
          "The address to listen on. On any but the loopback address reading takes the token too,"
              + " and what goes over the network is not encrypted. Default: the loopback address.")
  private @Nullable String address;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "Where the token is kept, so that it stays the same, and is not printed; made if it is"
              + " not there. Default: a new token at each start, printed with the address.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--import-from",
      paramLabel = "FOLDER",
      description =
          "A folder below which jobs that are started here may read: what an import imports, and"
              + " the files of --keys, --ranges and --driver-config; repeatable. Exports write"
              + " anywhere. Default: none, so that no import can be started.")
  private List<Path> importFrom = new ArrayList<>();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    JobStoreLocation location = store.location();
    if (location.isNone()) {
      throw new InvalidSettingException(
          "--job-store", "There are no jobs to see in memory: --job-store is none");
    }
    ImportFolders folders = ImportFolders.of(importFrom);
    try (UntilSignal signal = UntilSignal.listening();
        JobStore jobs = location.open()) {
      ProcessLauncher.JobProcesses processes =
          new ProcessLauncher.JobProcesses(location, logs(jobs));
      try (ProcessLauncher launcher = new ProcessLauncher(jobs, processes, folders);
          JobConsole console = console(jobs, launcher)) {
        TerminalText.out().println(address(console));
        say("Jobs of " + location + "; what they say: " + processes.describeLogs());
        signal.await();
        say("The console ends; jobs that run go on");
      }
    }
    return ExitCode.DONE;
  }

  /** What is printed may be kept by others, such as in a log. */
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
            "warning: what goes to and from "
                + address
                + " is not encrypted, the token included: let only a network reach it that you"
                + " trust");
      }
    }
    return builder.start();
  }

  private static InetAddress resolved(String host) {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new InvalidSettingException("--address", "'" + host + "' is no host that is known");
    }
  }

  private static Path logs(JobStore jobs) {
    try {
      return ProcessLauncher.JobProcesses.logsOf(jobs.file());
    } catch (IOException e) {
      throw new StorageException("logs", "No folder for the jobs' logs can be made: " + e, e);
    }
  }

  private void say(String line) {
    PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
    err.println("ringhaul: " + line);
    err.flush();
  }

  /** The token of a console in a file, which no other user may read. */
  static final class ConsoleToken {

    private static final Set<PosixFilePermission> OWNER_ONLY =
        PosixFilePermissions.fromString("rw-------");

    private ConsoleToken() {}

    /** The token of a file, which is made with a new one if it is not there. */
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
            "Other users may read the token file " + file + ": take that from them with chmod 600");
      }
    }
  }
}
