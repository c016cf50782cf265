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
    DRIVER_SETTINGS.forEach(ConnectionOptions::setDriverDefault);
    if (arguments.length > 0 && READING.contains(arguments[0])) {
      ConnectionOptions.setDriverDefault(WITHOUT_MICROSECONDS, "true");
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
    OptionValues.LocalPathText.register(commandLine);
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

  /**
   * The properties file of {@code --config}: values of the options that a command line leaves out.
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
     * Makes the values of the file that the arguments name, if they name one, the defaults of their
     * command.
     *
     * @throws ParameterException if the file cannot be read, or if one of its keys is no option of
     *     any command that reads such a file
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

    /** The file must be known before the arguments are parsed: its values are their defaults. */
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

    /** A file may serve several commands, so that each passes over the options of the others. */
    private void requireKnownKeys(CommandLine command) {
      Set<String> unknown = new TreeSet<>(values.stringPropertyNames());
      unknown.removeAll(keys(command.getCommandSpec()));
      if (!unknown.isEmpty()) {
        // Rarely needed: what the options of all commands are takes long to find out.
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

    /** Each option as {@code tasks}, or for one command alone as {@code ringhaul.export.tasks}. */
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

    /** Where the key stands, unless its line is written in a way that only the whole file tells. */
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
