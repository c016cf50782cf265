package io.ringhaul.cli.jobs;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
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
 * A command as its job keeps it: one text for each option, those of a configuration file among
 * them, with absolute paths, so that it means the same in another folder. What belongs to one run
 * alone is left out, and so are secrets.
 */
public final class StoredCommand {

  private static final Set<String> OF_ONE_RUN =
      Set.of(
          "--config",
          "--help",
          "--job-description",
          "--job-id",
          "--job-label",
          "--job-name",
          "--job-store",
          "--json",
          "--replay-in-doubt",
          "--resume",
          "--version");

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

  private StoredCommand() {}

  /** The arguments that a command was given. */
  public static List<String> of(CommandSpec command) {
    ParseResult parsed = command.commandLine().getParseResult();
    List<String> arguments = new ArrayList<>();
    arguments.add(command.name());
    for (OptionSpec option : command.options()) {
      if (leavesOut(option)) {
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

  /** Whether a job does not keep an option: one that belongs to one run alone, or a secret. */
  public static boolean leavesOut(OptionSpec option) {
    return OF_ONE_RUN.contains(option.longestName()) || isSecret(option);
  }

  /**
   * A stored command with other values for some of its options.
   *
   * @param overrides arguments as a user gives them; an option among them replaces the stored one
   *     of its name
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

  /** A text that a POSIX shell takes for one word. */
  static String quoted(String word) {
    return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }

  /** The command as a shell takes it, with the name of the program. */
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
      throw new IllegalStateException("The defaults were read once before", e);
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
    return isPath(argument) ? absolute(value) : value;
  }

  /** Whether an argument names files or a folder. */
  public static boolean isPath(ArgSpec argument) {
    Class<?> type = argument.auxiliaryTypes()[0];
    // A glob is no path everywhere, so that its own option is a text.
    return type == Path.class || type == File.class || "PATH".equals(argument.paramLabel());
  }

  /** The text of a path, or of a glob, from the root on. */
  public static String absolute(String path) {
    return new File(path).getAbsolutePath();
  }
}
