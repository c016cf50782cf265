package io.ringhaul.cli.jobs;

import io.ringhaul.internal.jobstore.AddingImports;
import io.ringhaul.internal.storage.Locations;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/**
 * The command that a job stores: each option with its value, including values of a configuration
 * file, and with absolute paths, so that the command has the same meaning in another folder.
 * Options for a single run and secrets are omitted. A command with an Iceberg catalog keeps the
 * configuration file too: it has the catalog's properties, which a job does not store.
 */
public final class StoredCommand {

  /** Options that apply to a single run: neither a job nor a configuration file has them. */
  private static final Set<String> OF_ONE_RUN =
      Set.of(
          "--config",
          "--help",
          "--job",
          "--job-id",
          "--password",
          "--profile",
          "--replay-in-doubt",
          "--resume",
          "--version");

  /** Options that name an Iceberg catalog, whose properties each run reads. */
  private static final List<String> CATALOGS = List.of("--catalog", "--catalog-property");

  /** Options of properties, whose values may be {@code KEY=@FILE}, several separated by commas. */
  private static final Set<String> PROPERTIES = Set.of("--catalog-property", "--storage-property");

  private static final Pattern FILE_OF_PROPERTY = Pattern.compile("((?:^|,)[^=,]+=@)([^,]+)");

  /** Options that choose the configuration file: a command with a catalog needs them again. */
  private static final Set<String> OF_CONFIGURATION = Set.of("--config", "--profile");

  /** Options that a job has in another place, and those of the output. */
  private static final Set<String> BESIDE_THE_COMMAND =
      Set.of("--job-description", "--job-label", "--job-store", "--json", "--quiet", "--verbose");

  /** Options that name the table, as its positional parameter does. */
  private static final Set<String> OF_THE_TABLE = Set.of("--keyspace", "--table");

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

  private StoredCommand() {}

  /** The arguments of a parsed command. */
  public static List<String> of(CommandSpec command) {
    return arguments(command, StoredCommand::leavesOut);
  }

  /**
   * Same, with the configuration file and the profile that the command line gives: a command that a
   * person runs next has settings of its own there.
   */
  public static List<String> withConfiguration(CommandSpec command) {
    return arguments(
        command, option -> leavesOut(option) && !OF_CONFIGURATION.contains(option.longestName()));
  }

  /**
   * The arguments of a parsed command for another table: without the table, and without the options
   * that identify a job and those whose values are in the others already.
   */
  public static List<String> forAnotherTable(CommandSpec command) {
    List<String> all = arguments(command, StoredCommand::isOfOneTable);
    int tables =
        command.positionalParameters().stream()
            .mapToInt(it -> it.originalStringValues().size())
            .sum();
    return all.subList(0, all.size() - tables);
  }

  private static boolean isOfOneTable(OptionSpec option) {
    String name = option.longestName();
    return OF_THE_TABLE.contains(name)
        || (isOfOneRun(name) && !name.equals(AddingImports.REPLAY))
        || isSecret(option);
  }

  private static List<String> arguments(CommandSpec command, Predicate<OptionSpec> isLeftOut) {
    ParseResult parsed = command.commandLine().getParseResult();
    List<String> arguments = new ArrayList<>();
    arguments.add(command.name());
    boolean hasCatalog = hasCatalog(command);
    for (OptionSpec option : command.options()) {
      boolean isKept = hasCatalog && OF_CONFIGURATION.contains(option.longestName());
      if (isLeftOut.test(option) && !isKept) {
        continue;
      }
      for (String value : values(option, parsed, command.defaultValueProvider())) {
        arguments.add(isFlag(option) ? option.longestName() : option.longestName() + "=" + value);
      }
    }
    for (PositionalParamSpec parameter : command.positionalParameters()) {
      arguments.addAll(parameter.originalStringValues());
    }
    return List.copyOf(arguments);
  }

  private static boolean hasCatalog(CommandSpec command) {
    return CATALOGS.stream()
        .map(command::findOption)
        .filter(Objects::nonNull)
        .map(OptionSpec::<Object>getValue)
        .anyMatch(value -> value != null && !value.equals(Map.of()));
  }

  /** Whether an option with this name, such as {@code --resume}, applies to a single run. */
  public static boolean isOfOneRun(String option) {
    return OF_ONE_RUN.contains(option);
  }

  /**
   * Whether a job omits an option because it applies to a single run, is a secret, or is not part
   * of the operation.
   */
  public static boolean leavesOut(OptionSpec option) {
    String name = option.longestName();
    return isOfOneRun(name) || BESIDE_THE_COMMAND.contains(name) || isSecret(option);
  }

  /**
   * Replaces options of a stored command.
   *
   * @param overrides arguments in the user's form; an option replaces the stored option with the
   *     same name
   */
  public static List<String> with(List<String> command, List<String> overrides) {
    Set<String> replaced =
        overrides.stream()
            .filter(each -> each.startsWith("--"))
            .map(StoredCommand::name)
            .collect(Collectors.toSet());
    List<String> arguments = new ArrayList<>();
    command.stream().filter(each -> !replaced.contains(name(each))).forEach(arguments::add);
    arguments.addAll(overrides);
    return List.copyOf(arguments);
  }

  /** Quotes a text as one word of a POSIX shell. */
  static String quoted(String word) {
    return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }

  /** The command as shell text, including the program's name. */
  public static String shellText(List<String> command) {
    return command.stream()
        .map(StoredCommand::quoted)
        .collect(Collectors.joining(" ", "ringhaul ", ""));
  }

  private static String name(String argument) {
    int end = argument.indexOf('=');
    return end < 0 ? argument : argument.substring(0, end);
  }

  private static List<String> values(
      OptionSpec option, ParseResult parsed, @Nullable IDefaultValueProvider defaults) {
    if (parsed.hasMatchedOption(option)) {
      return option.originalStringValues().stream()
          .map(value -> absolute(option, value))
          .filter(value -> !isFlag(option) || Boolean.parseBoolean(value))
          .toList();
    }
    String value = defaultValue(option, defaults);
    if (value == null || (isFlag(option) && !Boolean.parseBoolean(value))) {
      return List.of();
    }
    return List.of(absolute(option, value));
  }

  private static @Nullable String defaultValue(
      OptionSpec option, @Nullable IDefaultValueProvider defaults) {
    try {
      return defaults == null ? null : defaults.defaultValue(option);
    } catch (Exception e) {
      throw new IllegalStateException("The defaults were readable before", e);
    }
  }

  private static boolean isFlag(OptionSpec option) {
    return option.arity().max() == 0;
  }

  private static boolean isSecret(OptionSpec option) {
    String name = option.longestName().toLowerCase(Locale.ROOT);
    return option.interactive() || name.contains("password") || name.contains("secret");
  }

  private static String absolute(ArgSpec argument, String value) {
    String name = argument instanceof OptionSpec option ? option.longestName() : "";
    if (PROPERTIES.contains(name)) {
      return withFiles(value, StoredCommand::absolute);
    }
    boolean isFile = isPath(argument) || (name.equals("--config") && !value.equals("none"));
    return isFile ? absolute(value) : value;
  }

  /** Whether an argument is an option of properties with its value, which may be a secret. */
  public static boolean isProperty(String argument) {
    return PROPERTIES.contains(name(argument));
  }

  /** Accepts options with these names. */
  public static Predicate<String> isOneOf(Set<String> options) {
    return argument -> options.contains(name(argument));
  }

  /** Whether an option is one of properties, whose values may refer to files. */
  public static boolean isProperties(OptionSpec option) {
    return PROPERTIES.contains(option.longestName());
  }

  /** Replaces the files that the value of an option of properties refers to. */
  public static String withFiles(String value, UnaryOperator<String> files) {
    return FILE_OF_PROPERTY
        .matcher(value)
        .replaceAll(
            found -> Matcher.quoteReplacement(found.group(1) + files.apply(found.group(2))));
  }

  /** Whether an argument is the path of files or of a folder. */
  public static boolean isPath(ArgSpec argument) {
    Class<?> type = argument.auxiliaryTypes()[0];
    // A glob is not a valid path on every platform, so its option has a text value.
    return type == Path.class || type == File.class || "PATH".equals(argument.paramLabel());
  }

  /** The absolute form of a path or glob; the URI of an object store as it is. */
  public static String absolute(String path) {
    String location = Locations.problem(path).isEmpty() ? Locations.require("--path", path) : path;
    return Locations.isObject(location) ? location : new File(location).getAbsolutePath();
  }
}
