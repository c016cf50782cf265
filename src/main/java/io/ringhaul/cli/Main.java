package io.ringhaul.cli;

import io.ringhaul.cli.Main.Version;
import io.ringhaul.internal.request.Failures;
import java.io.PrintStream;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line. */
@Command(
    name = "ringhaul",
    description = "Counts, exports and imports whole Cassandra and ScyllaDB tables.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:failed",
      "2:wrong usage",
      "3:incomplete: some token ranges could not be read",
      "4:stopped: the job can be resumed"
    })
public final class Main implements Runnable {

  /**
   * The driver's settings for this process alone. It closes a session with a pause of two seconds
   * for what may still come; a command that has ended waits for a tenth of one. Without any pause
   * the driver's threads may end before its own close is through, which Netty logs as an error. The
   * pages in which it reads the schema are as large as its others by default, 5,000 rows, and a
   * guardrail that refuses these would leave a session without a schema.
   */
  static final Map<String, String> DRIVER_SETTINGS =
      Map.of(
          "advanced.netty.io-group.shutdown.quiet-period", "100",
          "advanced.netty.io-group.shutdown.timeout", "15000",
          "advanced.netty.io-group.shutdown.unit", "MILLISECONDS",
          "advanced.netty.admin-group.shutdown.quiet-period", "100",
          "advanced.netty.admin-group.shutdown.timeout", "15000",
          "advanced.netty.admin-group.shutdown.unit", "MILLISECONDS",
          "advanced.metadata.schema.request-page-size", "100");

  /**
   * The driver's native clock takes a third of a second to come up. It tells the microseconds of
   * write times, which matters to those who write.
   */
  private static final String WITHOUT_MICROSECONDS =
      "advanced.timestamp-generator.force-java-clock";

  private static final String CONTROL_CONNECTION =
      "com.datastax.oss.driver.internal.core.control.ControlConnection";

  private static final Set<String> READING = Set.of("count", "export");

  /** In the order of the usage text. */
  private static final Map<String, Class<?>> COMMANDS = commands();

  @Spec private @Nullable CommandSpec spec;

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    DRIVER_SETTINGS.forEach(DriverSettings::setDefault);
    if (arguments.length > 0 && READING.contains(arguments[0])) {
      DriverSettings.setDefault(WITHOUT_MICROSECONDS, "true");
    }
    guardLogs();
    System.exit(execute(arguments));
  }

  /** Runs a command; gives its exit code. */
  static int execute(String... arguments) {
    CommandLine commandLine;
    try {
      commandLine = commandLine(arguments);
    } catch (ParameterException e) {
      return new UsageReport().handleParseException(e, arguments);
    }
    try {
      return commandLine.execute(arguments);
    } catch (OutOfMemoryError e) {
      // The handler of picocli sees no errors.
      FailureReport.tell(commandLine, Failures.outOfMemory(e, "The command"));
      return ExitCode.FAILED;
    }
  }

  /**
   * The command line for these arguments, which may name a configuration file.
   *
   * @throws ParameterException if that file cannot be used
   */
  static CommandLine commandLine(String... arguments) {
    CommandLine commandLine = new CommandLine(new Main());
    // First of all: what is set here is set for the commands that are there.
    commandsOf(arguments).forEach(commandLine::addSubcommand);
    commandLine.setErr(TerminalText.writer(System.err));
    commandLine.setParameterExceptionHandler(new UsageReport());
    commandLine.setExecutionExceptionHandler(new FailureReport());
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    LocalPathText.register(commandLine);
    JobsCommand.configure(commandLine);
    ConfigFile.apply(commandLine, arguments);
    return commandLine;
  }

  /** The command that these arguments name, with its options set. */
  static Object parsed(List<String> arguments) {
    String[] all = arguments.toArray(String[]::new);
    return commandLine(all).parseArgs(all).subcommand().commandSpec().userObject();
  }

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(),
        "Name a command: count, export, import, jobs, console or demo");
  }

  private static Map<String, Class<?>> commands() {
    Map<String, Class<?>> commands = new LinkedHashMap<>();
    commands.put("count", CountCommand.class);
    commands.put("export", ExportCommand.class);
    commands.put("import", ImportCommand.class);
    commands.put("jobs", JobsCommand.class);
    commands.put("console", ConsoleCommand.class);
    commands.put("demo", DemoCommand.class);
    return commands;
  }

  /**
   * The one command that these arguments name: what the options of all of them are takes long to
   * find out. Anything else needs all, be it to list them.
   */
  private static Collection<Class<?>> commandsOf(String... arguments) {
    Class<?> named = arguments.length == 0 ? null : COMMANDS.get(arguments[0]);
    return named == null ? COMMANDS.values() : List.of(named);
  }

  /**
   * The logger keeps the standard error that it finds when it is first used: one that escapes. That
   * no node answers is reported when the command ends, and need not be logged as well.
   */
  private static void guardLogs() {
    PrintStream err = System.err;
    setLogging("cacheOutputStream", "true");
    setLogging("log." + CONTROL_CONNECTION, "error");
    System.setErr(TerminalText.stream(err));
    LoggerFactory.getILoggerFactory();
    System.setErr(err);
  }

  private static void setLogging(String setting, String value) {
    String property = "org.slf4j.simpleLogger." + setting;
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  /** The version in the jar's manifest. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"ringhaul " + Objects.requireNonNullElse(version, "(unpackaged)")};
    }
  }
}
