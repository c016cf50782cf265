package io.ringhaul.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.PropertiesDefaultProvider;

/**
 * The properties file of {@code --config}: values of the options that a command line leaves out.
 */
final class ConfigFile {

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
      Path file = Path.of(new LocalPathText().convert(name));
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
