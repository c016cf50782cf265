package io.ringhaul.cli;

import com.datastax.oss.driver.api.core.session.Session;
import io.ringhaul.cli.Main.Version;
import io.ringhaul.internal.request.Failures;
import java.io.PrintStream;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.iceberg.IcebergBuild;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Entry point of the command line. */
@Command(
    name = "ringhaul",
    description =
        "Counts, exports, imports, copies, compares and repairs whole Cassandra and ScyllaDB"
            + " tables.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:success",
      "1:failure",
      "2:invalid usage",
      "3:incomplete: some token ranges could not be read",
      "4:stopped: the job can be resumed",
      "5:different: the table is not equal to what it was compared with",
      "141:the reader of an export to standard output ended early"
    })
public final class Main implements Runnable {

  /**
   * Driver settings of this process. The driver waits two seconds for late messages when it closes
   * a session; a command waits 100 ms. Without any wait, the driver's threads may end before its
   * own close completes, which Netty logs as an error. The driver reads the schema in pages of
   * 5,000 rows by default; a guardrail on the page size would leave a session without a schema.
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
   * The driver's native clock takes about 300 ms to start. It provides the microseconds of write
   * times, which only writing commands need.
   */
  private static final String WITHOUT_MICROSECONDS =
      "advanced.timestamp-generator.force-java-clock";

  /**
   * Log what a command says itself: unreachable nodes, a wrong data centre, and other writers of an
   * Iceberg table; or, with a stack trace, that a catalog got no metrics.
   */
  private static final List<String> REPEATED_BY_COMMANDS =
      List.of(
          "com.datastax.oss.driver.internal.core.control.ControlConnection",
          "com.datastax.oss.driver.internal.core.loadbalancing.helper.OptionalLocalDcHelper",
          "org.apache.iceberg.util.Tasks",
          "org.apache.iceberg.rest.RESTMetricsReporter");

  /**
   * Warn of what concerns no user: defaults of Iceberg's login, answers of a server that are not in
   * Iceberg's form, a JDBC catalog without views, and Hadoop's native library.
   */
  private static final List<String> OF_NO_CONCERN =
      List.of(
          "org.apache.iceberg.rest.auth.AuthManagers",
          "org.apache.iceberg.rest.auth.OAuth2Manager",
          "org.apache.iceberg.rest.ErrorHandlers",
          "org.apache.iceberg.jdbc.JdbcCatalog",
          "org.apache.hadoop.util.NativeCodeLoader");

  private static final String LOGGING = "org.slf4j.simpleLogger.";

  private static final Set<String> READING = Set.of("count", "profile", "export", "verify");

  /** In the order of the help text. */
  private static final Map<String, Class<?>> COMMANDS = commands();

  @Spec private @Nullable CommandSpec spec;

  /** Runs a command and exits with its exit code. */
  public static void main(String[] arguments) {
    DRIVER_SETTINGS.forEach(ConnectionOptions::setDriverDefault);
    if (arguments.length > 0 && READING.contains(arguments[0])) {
      ConnectionOptions.setDriverDefault(WITHOUT_MICROSECONDS, "true");
    }
    if (Boolean.getBoolean(SparkLauncher.TERMINAL_PROPERTY)) {
      System.setProperty(ProgressDisplay.TERMINAL_PROPERTY, "true");
    }
    if (Boolean.getBoolean(ProgressDisplay.TERMINAL_PROPERTY)) {
      TerminalScreen.install(System.getenv());
    }
    guardLogs(List.of(arguments));
    System.exit(execute(arguments));
  }

  /** Runs a command, with defaults of the environment and the configuration file. */
  static int execute(String... arguments) {
    if (Boolean.getBoolean(SparkLauncher.STORED_PROPERTY)) {
      return executeStored(arguments);
    }
    CommandLine commandLine = commandLine(arguments);
    try {
      OptionDefaults.apply(commandLine, System.getenv(), arguments);
    } catch (ParameterException e) {
      return new UsageReport().handleParseException(e, arguments);
    }
    return execute(commandLine, arguments);
  }

  /** Runs the command of a job, which has all its values, and returns its exit code. */
  static int executeStored(String... arguments) {
    return execute(commandLine(arguments), arguments);
  }

  private static int execute(CommandLine commandLine, String... arguments) {
    try {
      return commandLine.execute(arguments);
    } catch (OutOfMemoryError e) {
      // picocli's handler receives no errors.
      FailureReport.tell(commandLine, Failures.outOfMemory(e, "The command"));
      return ExitCode.FAILED;
    }
  }

  /** Creates the command line for these arguments, without defaults from outside. */
  static CommandLine commandLine(String... arguments) {
    CommandLine commandLine = new CommandLine(new Main());
    // Subcommands come first: the settings below apply only to existing subcommands.
    commandsOf(arguments).forEach(commandLine::addSubcommand);
    commandLine.setErr(TerminalText.writer(System.err));
    commandLine.setParameterExceptionHandler(new UsageReport());
    commandLine.setExecutionExceptionHandler(new FailureReport());
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    OptionValues.LocalPathText.register(commandLine);
    commandLine.registerConverter(Integer.class, new OptionValues.WholeNumber<>(Integer::valueOf));
    commandLine.registerConverter(int.class, new OptionValues.WholeNumber<>(Integer::valueOf));
    commandLine.registerConverter(Long.class, new OptionValues.WholeNumber<>(Long::valueOf));
    OptionValues.showChoicesInLowerCase(commandLine);
    JobsCommand.configure(commandLine);
    PlanCommand.configure(commandLine);
    SourceOptions.configure(commandLine, "delete", "import", "repair", "verify");
    HelpPage.use(commandLine);
    return commandLine;
  }

  /** Parses the arguments and returns the command with its options set. */
  static Object parsed(List<String> arguments) {
    String[] all = arguments.toArray(String[]::new);
    return commandLine(all).parseArgs(all).subcommand().commandSpec().userObject();
  }

  /**
   * Parses the arguments, with defaults of the environment and the configuration file.
   *
   * @throws ParameterException if they are not valid
   */
  static OperationCommand<?, ?> operation(List<String> arguments) {
    String[] all = arguments.toArray(String[]::new);
    CommandLine commandLine = commandLine(all);
    OptionDefaults.apply(commandLine, System.getenv(), all);
    return (OperationCommand<?, ?>)
        commandLine.parseArgs(all).subcommand().commandSpec().userObject();
  }

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(),
        "Give a command: " + String.join(", ", COMMANDS.keySet()));
  }

  static Set<String> commandNames() {
    return COMMANDS.keySet();
  }

  private static Map<String, Class<?>> commands() {
    Map<String, Class<?>> commands = new LinkedHashMap<>();
    commands.put("count", CountCommand.class);
    commands.put("profile", ProfileCommand.class);
    commands.put("export", ExportCommand.class);
    commands.put("import", ImportCommand.class);
    commands.put("copy", CopyCommand.class);
    commands.put("verify", VerifyCommand.class);
    commands.put("repair", RepairCommand.class);
    commands.put("delete", DeleteCommand.class);
    commands.put("plan", PlanCommand.class);
    commands.put("jobs", JobsCommand.class);
    commands.put("console", ConsoleCommand.class);
    commands.put("demo", DemoCommand.class);
    commands.put("help", HelpCommand.class);
    commands.put("completion", CompletionCommand.class);
    commands.put("version", VersionCommand.class);
    return commands;
  }

  /**
   * The command that the arguments name: reading the options of all commands is slow. Other
   * arguments need all commands, for instance to list them.
   */
  private static Collection<Class<?>> commandsOf(String... arguments) {
    Class<?> named = arguments.length == 0 ? null : COMMANDS.get(arguments[0]);
    return named == null ? COMMANDS.values() : List.of(named);
  }

  /**
   * Makes the logger write to an escaping standard error: the logger keeps the stream that it finds
   * on its first use.
   */
  private static void guardLogs(List<String> arguments) {
    PrintStream err = System.err;
    setLogging("cacheOutputStream", "true");
    if (arguments.contains("-v")
        || arguments.contains("--verbose")
        || Boolean.parseBoolean(System.getenv(OptionDefaults.variable("verbose")))) {
      // Over the launcher's settings.
      System.getProperties().stringPropertyNames().stream()
          .filter(name -> name.startsWith(LOGGING + "log."))
          .forEach(System::clearProperty);
      System.setProperty(LOGGING + "defaultLogLevel", "info");
    } else if (SparkOptions.isInSpark()) {
      SparkRun.limitLogs(
          Stream.concat(REPEATED_BY_COMMANDS.stream(), OF_NO_CONCERN.stream()).toList());
    } else {
      REPEATED_BY_COMMANDS.forEach(logger -> setLogging("log." + logger, "error"));
      OF_NO_CONCERN.forEach(logger -> setLogging("log." + logger, "error"));
    }
    System.setErr(TerminalText.stream(err));
    LoggerFactory.getILoggerFactory();
    System.setErr(err);
  }

  private static void setLogging(String setting, String value) {
    String property = LOGGING + setting;
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  /** The version in the jar's manifest, and those of what it runs on. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {
        "ringhaul " + Objects.requireNonNullElse(version, "(unpackaged)"),
        "Java " + Runtime.version() + ", " + System.getProperty("java.vendor"),
        "Cassandra driver " + Session.OSS_DRIVER_COORDINATES.getVersion(),
        "Iceberg " + IcebergBuild.version()
      };
    }
  }

  @Command(
      name = "version",
      description = "Prints the versions of Ringhaul, Java, the driver and Iceberg.",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class)
  static final class VersionCommand implements Runnable {
    @Override
    public void run() {
      for (String line : new Version().getVersion()) {
        TerminalText.out().println(line);
      }
    }
  }
}
