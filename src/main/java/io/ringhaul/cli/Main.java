package io.ringhaul.cli;

import io.ringhaul.cli.Main.Version;
import io.ringhaul.internal.request.Failures;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.PropertiesDefaultProvider;
import picocli.CommandLine.Spec;

/** Entry point of the command line. */
@Command(
    name = "ringhaul",
    description = "Counts, exports and imports whole Cassandra and ScyllaDB tables.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:success",
      "1:failure",
      "2:invalid usage",
      "3:incomplete: some token ranges could not be read",
      "4:stopped: the job can be resumed"
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

  private static final String CONTROL_CONNECTION =
      "com.datastax.oss.driver.internal.core.control.ControlConnection";

  private static final Set<String> READING = Set.of("count", "export");

  /** In the order of the help text. */
  private static final Map<String, Class<?>> COMMANDS = commands();

  @Spec private @Nullable CommandSpec spec;

  /** Runs a command and exits with its exit code. */
  public static void main(String[] arguments) {
    DRIVER_SETTINGS.forEach(ConnectionOptions::setDriverDefault);
    if (arguments.length > 0 && READING.contains(arguments[0])) {
      ConnectionOptions.setDriverDefault(WITHOUT_MICROSECONDS, "true");
    }
    guardLogs();
    System.exit(execute(arguments));
  }

  /** Runs a command and returns its exit code. */
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
      // picocli's handler receives no errors.
      FailureReport.tell(commandLine, Failures.outOfMemory(e, "The command"));
      return ExitCode.FAILED;
    }
  }

  /**
   * Creates the command line for these arguments, which may name a configuration file.
   *
   * @throws ParameterException if the configuration file is not valid
   */
  static CommandLine commandLine(String... arguments) {
    CommandLine commandLine = new CommandLine(new Main());
    // Subcommands come first: the settings below apply only to existing subcommands.
    commandsOf(arguments).forEach(commandLine::addSubcommand);
    commandLine.setErr(TerminalText.writer(System.err));
    commandLine.setParameterExceptionHandler(new UsageReport());
    commandLine.setExecutionExceptionHandler(new FailureReport());
    commandLine.setCaseInsensitiveEnumValuesAllowed(true);
    OptionValues.LocalPathText.register(commandLine);
    JobsCommand.configure(commandLine);
    ConfigFile.apply(commandLine, arguments);
    return commandLine;
  }

  /** Parses the arguments and returns the command with its options set. */
  static Object parsed(List<String> arguments) {
    String[] all = arguments.toArray(String[]::new);
    return commandLine(all).parseArgs(all).subcommand().commandSpec().userObject();
  }

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(),
        "Give a command: count, export, import, jobs, console or demo");
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
   * The command that the arguments name: reading the options of all commands is slow. Other
   * arguments need all commands, for instance to list them.
   */
  private static Collection<Class<?>> commandsOf(String... arguments) {
    Class<?> named = arguments.length == 0 ? null : COMMANDS.get(arguments[0]);
    return named == null ? COMMANDS.values() : List.of(named);
  }

  /**
   * Makes the logger write to an escaping standard error: the logger keeps the stream that it finds
   * on its first use. Hides the driver's log of unreachable nodes, which the command reports at its
   * end.
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

  /**
   * The properties file of {@code --config}: defaults for options that the command line does not
   * set.
   */
  private static final class ConfigFile {

    static final String OPTION = "--config";

    private static final String DASHES = "--";

    private final Path file;
    private final Properties values;

    private ConfigFile(Path file, Properties values) {
      this.file = file;
      this.values = values;
    }

    /**
     * Uses the values of the configuration file, if the arguments name one, as option defaults.
     *
     * @throws ParameterException if the file cannot be read, or a key is not an option of any
     *     command that reads such a file
     */
    static void apply(CommandLine commandLine, String... arguments) {
      Optional<String> name = named(arguments);
      if (name.isEmpty()) {
        return;
      }
      CommandLine command = commandLine.getSubcommands().get(arguments[0]);
      ConfigFile config = read(command == null ? commandLine : command, name.get());
      config.requireKnownKeys(command == null ? commandLine : command);
      commandLine.setDefaultValueProvider(new PropertiesDefaultProvider(config.values));
    }

    /** Finds the file before the arguments are parsed: its values are their defaults. */
    private static Optional<String> named(String... arguments) {
      for (int i = 0; i < arguments.length; i++) {
        if (arguments[i].startsWith(OPTION + "=")) {
          return Optional.of(arguments[i].substring(OPTION.length() + 1));
        }
        if (arguments[i].equals(OPTION) && i + 1 < arguments.length) {
          return Optional.of(arguments[i + 1]);
        }
      }
      return Optional.empty();
    }

    private static ConfigFile read(CommandLine command, String name) {
      Properties values = new Properties();
      try {
        Path file = Path.of(new OptionValues.LocalPathText().convert(name));
        if (!Files.isRegularFile(file)) {
          throw new ParameterException(command, "There is no configuration file " + file);
        }
        try (InputStream in = Files.newInputStream(file)) {
          values.load(in);
        }
        return new ConfigFile(file, values);
      } catch (IOException | IllegalArgumentException e) {
        throw new ParameterException(
            command, "The configuration file " + name + " cannot be read: " + e.getMessage(), e);
      } catch (CommandLine.TypeConversionException e) {
        throw new ParameterException(command, OPTION + ": " + e.getMessage(), e);
      }
    }

    /**
     * Rejects unknown keys. A file can serve several commands, so keys of their options are
     * accepted.
     */
    private void requireKnownKeys(CommandLine command) {
      Set<String> unknown = new TreeSet<>(values.stringPropertyNames());
      unknown.removeAll(keys(command.getCommandSpec()));
      if (!unknown.isEmpty()) {
        // Rarely needed; reading the options of all commands is slow.
        for (CommandLine other : Main.commandLine().getSubcommands().values()) {
          if (other.getCommandSpec().findOption(OPTION) != null) {
            unknown.removeAll(keys(other.getCommandSpec()));
          }
        }
      }
      for (String key : unknown) {
        throw new ParameterException(
            command,
            String.format(
                "The configuration file %s has the unknown key '%s'%s%s",
                file, key, line(key), suggestion(command, key)));
      }
    }

    /** The key of each option: {@code tasks}, or {@code ringhaul.export.tasks} for one command. */
    private static Set<String> keys(CommandSpec command) {
      String prefix = command.qualifiedName(".") + ".";
      Set<String> keys =
          command.options().stream()
              .map(OptionSpec::longestName)
              .filter(name -> name.startsWith(DASHES))
              .map(name -> name.substring(DASHES.length()))
              .collect(Collectors.toCollection(TreeSet::new));
      List.copyOf(keys).forEach(key -> keys.add(prefix + key));
      return keys;
    }

    /** The line of a key; empty if the key spans lines or is written with escapes. */
    private String line(String key) {
      try {
        List<String> lines = Files.readAllLines(file, StandardCharsets.ISO_8859_1);
        for (int i = 0; i < lines.size(); i++) {
          Properties line = new Properties();
          line.load(new StringReader(lines.get(i)));
          if (line.containsKey(key)) {
            return " in line " + (i + 1);
          }
        }
        return "";
      } catch (IOException | IllegalArgumentException e) {
        return "";
      }
    }

    private static String suggestion(CommandLine command, String key) {
      String name = key.startsWith(DASHES) ? key.substring(DASHES.length()) : key;
      return UsageReport.nearest(name, keys(command.getCommandSpec()))
          .map(known -> "; did you mean '" + known + "'?")
          .orElse("; a key is an option's name without the dashes");
    }
  }
}
