package io.ringhaul.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import io.ringhaul.cli.jobs.StoredCommand;
import io.ringhaul.internal.disk.LocalPaths;
import io.ringhaul.internal.text.SimilarNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Values of options that the command line does not set. They come from environment variables,
 * {@code RINGHAUL_MAX_CPU} for {@code --max-cpu}, and from a TOML file, {@code
 * ~/.ringhaul/config.toml} unless {@code --config} or {@code RINGHAUL_CONFIG} names another. A key
 * of the file is an option's name without its dashes. From low to high precedence:
 *
 * <ol>
 *   <li>keys at the top of the file, for all commands that have the option
 *   <li>{@code [export]}, for one command
 *   <li>{@code [profile.prod]}, if {@code --profile} or {@code RINGHAUL_PROFILE} chooses it
 *   <li>{@code [profile.prod.export]}
 *   <li>the environment
 * </ol>
 *
 * <p>Relative paths in the file start at the file's folder. A stored job keeps the values with
 * which it was made, and runs without them; only its catalog's properties are read again, see
 * {@link CatalogDefinitions}.
 */
final class OptionDefaults implements IDefaultValueProvider {

  private static final String CONFIG = "--config";
  private static final String PROFILE = "--profile";
  private static final String PROFILES = "profile";
  private static final String CATALOGS = "catalog";
  private static final String JOB_STORE = "job-store";
  private static final String NONE = "none";
  private static final String DASHES = "--";
  private static final String PREFIX = "RINGHAUL_";

  /** Variables that are not options, or that the option reads itself. */
  private static final Set<String> OTHER_VARIABLES =
      Set.of(
          "RINGHAUL_CLASSPATH",
          "RINGHAUL_CONFIG",
          "RINGHAUL_JAVA_OPTS",
          "RINGHAUL_JOB_STORE",
          "RINGHAUL_PASSWORD",
          "RINGHAUL_FROM_PASSWORD",
          "RINGHAUL_PROFILE",
          "RINGHAUL_SPARK_JAR");

  /** The keys of options that name the table: a default for them would be a surprise. */
  private static final Set<String> OF_THE_TABLE = Set.of("from", "keyspace", "table");

  /** The value of an option, and where it was set, for messages. */
  private record Value(String text, String origin) {}

  /** The options that choose the file and the profile. */
  static final class Options {

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    @Option(
        names = CONFIG,
        paramLabel = "FILE",
        description =
            "A TOML file with values for options, or none. Default: RINGHAUL_CONFIG, else"
                + " ~/.ringhaul/config.toml if it exists. See 'ringhaul help environment'.")
    void config(@Nullable String value) {
      requireSeen(CONFIG, value);
    }

    @Option(
        names = PROFILE,
        paramLabel = "NAME",
        description =
            "The profile of the configuration file: its section [profile.NAME]. Default:"
                + " RINGHAUL_PROFILE, else no profile.")
    void profile(@Nullable String value) {
      requireSeen(PROFILE, value);
    }

    private void requireSeen(String option, @Nullable String value) {
      CommandLine commandLine = Objects.requireNonNull(command).commandLine();
      if (value != null
          && commandLine.getDefaultValueProvider() instanceof OptionDefaults defaults
          && !defaults.given.contains(option)) {
        throw new ParameterException(
            commandLine,
            option + " in an argument file has no effect: give " + option + " on the command line");
      }
    }
  }

  private final CommandLine command;
  private final String commandName;

  /** The options that a default may set, by key. */
  private final Map<String, OptionSpec> known;

  private final Map<String, String> environment;

  /** {@code --config} and {@code --profile}, where the command line has them. */
  private final Set<String> given = new TreeSet<>();

  /** By the option's name without its dashes. */
  private final Map<String, Value> values = new HashMap<>();

  private OptionDefaults(
      CommandLine command, Map<String, OptionSpec> known, Map<String, String> environment) {
    this.command = command;
    this.commandName = command.getCommandName();
    this.known = known;
    this.environment = environment;
  }

  /**
   * Reads the environment and the file, and gives their values to the command that the arguments
   * name, unless it has no {@code --config}.
   *
   * @throws ParameterException if the file or the profile does not exist or cannot be read, or if a
   *     key, a section or a variable is unknown
   */
  static void apply(CommandLine commandLine, Map<String, String> environment, String... arguments) {
    CommandLine command =
        arguments.length == 0 ? null : commandLine.getSubcommands().get(arguments[0]);
    Map<String, OptionSpec> known = command == null ? Map.of() : settable(command);
    if (command == null || known.isEmpty()) {
      return;
    }
    OptionDefaults defaults = new OptionDefaults(command, known, environment);
    defaults.readFile(arguments);
    defaults.readEnvironment();
    commandLine.setDefaultValueProvider(defaults);
  }

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    return value(argument).map(Value::text).orElse(null);
  }

  /** Where the rejected value of an option was set; empty if the command line set it. */
  static String origin(ParameterException failure) {
    ArgSpec argument = failure.getArgSpec();
    return argument != null
            && failure.getCommandLine().getDefaultValueProvider() instanceof OptionDefaults defaults
        ? defaults
            .value(argument)
            .filter(value -> value.text().equals(failure.getValue()))
            .map(value -> " (" + value.origin() + ")")
            .orElse("")
        : "";
  }

  private Optional<Value> value(ArgSpec argument) {
    return argument instanceof OptionSpec option
        ? Optional.ofNullable(values.get(key(option)))
        : Optional.empty();
  }

  private void readEnvironment() {
    TreeMap<String, String> unknown = new TreeMap<>();
    environment.forEach(
        (variable, text) -> {
          if (variable.startsWith(CatalogDefinitions.PREFIX)) {
            return;
          }
          String key = variable.toLowerCase(Locale.ROOT).substring(prefix(variable));
          key = key.replace('_', '-');
          if (prefix(variable) == 0 || text.isEmpty() || OTHER_VARIABLES.contains(variable)) {
            return;
          }
          if (known.containsKey(key)) {
            values.put(key, new Value(text, variable));
          } else {
            unknown.put(variable, key);
          }
        });
    if (!environment.getOrDefault(PREFIX + "JOB_STORE", "").isBlank()) {
      values.remove(JOB_STORE);
    }
    if (unknown.isEmpty()) {
      return;
    }
    Set<String> all = keysOfAllCommands();
    unknown.forEach((variable, key) -> requireForeign(variable, key, all));
  }

  private static int prefix(String variable) {
    return variable.startsWith(PREFIX) ? PREFIX.length() : 0;
  }

  /** Checks that a variable is not a misspelt option; other programs' variables are ignored. */
  private void requireForeign(String variable, String key, Set<String> all) {
    if (isOfOneRun(key)) {
      throw failure(
          "%s has no effect: give %s on the command line".formatted(variable, DASHES + key));
    }
    Set<String> variables =
        Stream.concat(all.stream().map(OptionDefaults::variable), OTHER_VARIABLES.stream())
            .collect(Collectors.toCollection(TreeSet::new));
    if (!all.contains(key)) {
      SimilarNames.nearest(variable.substring(PREFIX.length()), withoutPrefix(variables))
          .ifPresent(
              near -> {
                throw failure(
                    "The environment variable %s is unknown; did you mean %s?"
                        .formatted(variable, PREFIX + near));
              });
    }
  }

  private static Set<String> withoutPrefix(Set<String> variables) {
    return variables.stream()
        .map(each -> each.substring(PREFIX.length()))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The environment variable of an option, such as {@code RINGHAUL_MAX_CPU}. */
  static String variable(String key) {
    return PREFIX + key.toUpperCase(Locale.ROOT).replace('-', '_');
  }

  private void readFile(String... arguments) {
    Optional<String> profile = given(PROFILE, arguments);
    file(given(CONFIG, arguments), profile).ifPresent(file -> file.read(profile));
  }

  /** The configuration file; empty if there is none. */
  private Optional<ConfigFile> file(Optional<String> name, Optional<String> profile) {
    if (name.equals(Optional.of(NONE))) {
      if (profile.isPresent()) {
        throw failure(
            "The profile %s cannot be read: --config is none".formatted(profile.orElseThrow()));
      }
      return Optional.empty();
    }
    Path file = name.map(this::path).orElseGet(OptionDefaults::usualFile);
    if (!Files.isRegularFile(file)) {
      if (name.isPresent() || profile.isPresent()) {
        throw failure("There is no configuration file %s".formatted(file));
      }
      return Optional.empty();
    }
    return Optional.of(new ConfigFile(file));
  }

  /**
   * Adds the catalogs of the configuration file that a parsed command uses.
   *
   * @throws ParameterException if the file or the profile does not exist or cannot be read
   */
  static void addCatalogs(
      CommandSpec command, Map<String, String> environment, CatalogDefinitions catalogs) {
    OptionDefaults defaults = new OptionDefaults(command.commandLine(), Map.of(), environment);
    Optional<String> profile = defaults.parsed(command, PROFILE);
    defaults
        .file(defaults.parsed(command, CONFIG), profile)
        .ifPresent(file -> file.addCatalogs(profile, catalogs));
  }

  /** An option's value in a parsed command, else that of its variable. */
  private Optional<String> parsed(CommandSpec command, String option) {
    Object value = command.findOption(option).getValue();
    return value == null ? given(option) : Optional.of(value.toString());
  }

  static Path usualFile() {
    return Path.of(System.getProperty("user.home"), ".ringhaul", "config.toml");
  }

  private Path path(String name) {
    try {
      return Path.of(new OptionValues.LocalPathText().convert(name));
    } catch (CommandLine.TypeConversionException e) {
      throw failure("%s: %s".formatted(CONFIG, e.getMessage()));
    }
  }

  /** An option's value before the arguments are parsed: the parser needs the defaults. */
  private Optional<String> given(String option, String... arguments) {
    for (int i = 0; i < arguments.length; i++) {
      boolean isNext = arguments[i].equals(option) && i + 1 < arguments.length;
      if (isNext || arguments[i].startsWith(option + "=")) {
        given.add(option);
        return Optional.of(isNext ? arguments[i + 1] : arguments[i].substring(option.length() + 1));
      }
    }
    return Optional.ofNullable(environment.get(variable(option.substring(DASHES.length()))))
        .filter(text -> !text.isBlank());
  }

  private ParameterException failure(String message) {
    return new ParameterException(command, message);
  }

  /** Whether only the command line gives an option. */
  private static boolean isOfOneRun(String key) {
    return OF_THE_TABLE.contains(key) || StoredCommand.isOfOneRun(DASHES + key);
  }

  private static String key(OptionSpec option) {
    return option.longestName().substring(DASHES.length());
  }

  /** The options of a command and its subcommands that a default may set, by key. */
  private static Map<String, OptionSpec> settable(CommandLine command) {
    Map<String, OptionSpec> options = new TreeMap<>();
    Stream.concat(Stream.of(command), command.getSubcommands().values().stream())
        .map(CommandLine::getCommandSpec)
        .filter(each -> each.findOption(CONFIG) != null)
        .flatMap(each -> each.options().stream())
        .filter(each -> each.longestName().startsWith(DASHES))
        .filter(each -> !isOfOneRun(key(each)))
        .forEach(each -> options.put(key(each), each));
    return options;
  }

  /** Rarely needed: reading the options of all commands is slow. */
  private static Set<String> keysOfAllCommands() {
    return Main.commandLine().getSubcommands().values().stream()
        .flatMap(each -> settable(each).keySet().stream())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The configuration file. */
  private final class ConfigFile {

    private final Path file;

    ConfigFile(Path file) {
      this.file = file;
    }

    void read(Optional<String> profile) {
      JsonNode root = parsed();
      section(root, "", true);
      section(root.path(commandName), commandName, false);
      JsonNode profiles = root.path(PROFILES);
      profiles.properties().forEach(each -> requireTable(each.getValue(), each.getKey()));
      if (profile.isPresent()) {
        String name = profile.orElseThrow();
        JsonNode chosen = profile(root, name);
        String path = PROFILES + "." + name;
        section(chosen, path, true);
        section(chosen.path(commandName), path + "." + commandName, false);
      }
    }

    private JsonNode profile(JsonNode root, String name) {
      JsonNode profiles = root.path(PROFILES);
      if (!profiles.has(name)) {
        Set<String> names = new TreeSet<>();
        profiles.fieldNames().forEachRemaining(names::add);
        throw failure(
            "The configuration file %s has no profile %s; %s"
                .formatted(
                    file,
                    name,
                    names.isEmpty()
                        ? "a profile is a section such as [profile." + name + "]"
                        : "it has " + String.join(", ", names)));
      }
      return profiles.path(name);
    }

    /** Adds the sections {@code [catalog.NAME]} of the file, then those of the profile. */
    void addCatalogs(Optional<String> profile, CatalogDefinitions catalogs) {
      JsonNode root = parsed();
      addCatalogs(root, "", catalogs);
      profile.ifPresent(
          name -> addCatalogs(profile(root, name), PROFILES + "." + name + ".", catalogs));
    }

    private void addCatalogs(JsonNode section, String path, CatalogDefinitions catalogs) {
      JsonNode all = section.path(CATALOGS);
      if (all.isObject()) {
        all.properties()
            .forEach(
                each -> {
                  String name = path + CATALOGS + "." + each.getKey();
                  if (!each.getValue().isObject()) {
                    throw failure(
                        "%s: '%s' must be a section [%s] with the properties of a catalog"
                            .formatted(described(), name, name));
                  }
                  addProperties(each.getKey(), each.getValue(), name, catalogs);
                });
      }
    }

    private void addProperties(
        String catalog, JsonNode section, String path, CatalogDefinitions catalogs) {
      CatalogDefinitions.flat(section)
          .forEach(
              (key, value) -> {
                if (value.isArray()) {
                  throw failure(
                      "%s, [%s]: '%s' must be one text, number or boolean, not an array"
                          .formatted(described(), path, key));
                }
                catalogs.add(
                    catalog,
                    key,
                    value.asText(),
                    Objects.requireNonNull(file.toAbsolutePath().getParent()));
              });
    }

    private void requireTable(JsonNode profile, String name) {
      if (!profile.isObject()) {
        throw failure(
            "%s has the key '%s' in [profile]; a profile is a section such as [profile.%s]"
                .formatted(described(), name, name));
      }
    }

    private JsonNode parsed() {
      try {
        return new TomlMapper().readTree(file.toFile());
      } catch (JsonProcessingException e) {
        throw failure(
            "The configuration file %s is not valid TOML in line %d: %s"
                .formatted(file, e.getLocation().getLineNr(), e.getOriginalMessage()));
      } catch (IOException e) {
        throw failure(
            "The configuration file %s cannot be read: %s".formatted(file, e.getMessage()));
      }
    }

    /**
     * Takes the values of a section.
     *
     * @param isShared whether the section serves several commands, and may have their sections
     */
    private void section(JsonNode section, String path, boolean isShared) {
      if (section.isMissingNode()) {
        return;
      }
      if (!section.isObject()) {
        throw failure("%s: '%s' must be a section [%s]".formatted(described(), path, path));
      }
      section
          .properties()
          .forEach(
              each -> {
                String key = each.getKey();
                JsonNode value = each.getValue();
                OptionSpec option = known.get(key);
                if (isShared && isSection(key, path, value)) {
                  return;
                }
                if (option != null) {
                  String origin = described() + (path.isEmpty() ? "" : ", [" + path + "]");
                  values.put(key, new Value(text(option, value, key), origin));
                } else if (!isShared || !keysOfAllCommands().contains(key)) {
                  throw value.isObject() ? unknownSection(key, path) : unknown(key, path);
                }
              });
    }

    private boolean isSection(String key, String path, JsonNode value) {
      return value.isObject()
          && (Main.commandNames().contains(key)
              || key.equals(CATALOGS)
              || (path.isEmpty() && key.equals(PROFILES)));
    }

    private String text(OptionSpec option, JsonNode value, String key) {
      if (value.isArray() && (value.size() == 1 || ",".equals(option.splitRegex()))) {
        return StreamSupport.stream(value.spliterator(), false)
            .map(each -> text(option, each, key))
            .collect(Collectors.joining(","));
      }
      if (value.isContainerNode()) {
        throw failure(
            "%s: '%s' must be one text, number or boolean, not %s"
                .formatted(described(), key, value.isArray() ? "an array" : "a section"));
      }
      String text = value.asText();
      boolean isPath =
          key.equals(JOB_STORE)
              ? !text.equals(NONE) && !text.startsWith("jdbc:")
              : StoredCommand.isPath(option);
      if (StoredCommand.isProperties(option)) {
        return StoredCommand.withFiles(text, this::beside);
      }
      return isPath && LocalPaths.problem(text).isEmpty() ? beside(text) : text;
    }

    /** A relative path in the configuration file starts at its folder. */
    private String beside(String path) {
      return file.toAbsolutePath().resolveSibling(path).toString();
    }

    private ParameterException unknownSection(String key, String path) {
      Set<String> sections = new TreeSet<>(Main.commandNames());
      sections.add(PROFILES);
      sections.add(CATALOGS);
      return failure(
          "%s has the unknown section [%s]%s"
              .formatted(
                  described(),
                  path.isEmpty() ? key : path + "." + key,
                  SimilarNames.nearest(key, sections)
                      .map(near -> "; did you mean '" + near + "'?")
                      .orElse("; a section is a command, a profile or a catalog")));
    }

    private ParameterException unknown(String key, String path) {
      String hint =
          isOfOneRun(key)
              ? key.equals("password")
                  ? "; set RINGHAUL_PASSWORD, or put the login into the file of driver-config"
                  : "; give --" + key + " on the command line"
              : SimilarNames.nearest(key.replaceFirst("^-+", ""), known.keySet())
                  .map(near -> "; did you mean '" + near + "'?")
                  .orElse("; a key is an option's name without the dashes");
      return failure(
          "%s has the unknown key '%s'%s%s%s"
              .formatted(
                  described(), key, path.isEmpty() ? "" : " in [" + path + "]", line(key), hint));
    }

    private String described() {
      return "The configuration file " + file;
    }

    /** The line of the only key of this name; empty if there are several or none. */
    private String line(String key) {
      try {
        List<String> lines = Files.readAllLines(file);
        Matcher found =
            Pattern.compile("\\s*\"?" + Pattern.quote(key) + "\"?\\s*[=\\]].*").matcher("");
        List<Integer> numbers =
            Stream.iterate(0, i -> i < lines.size(), i -> i + 1)
                .filter(i -> found.reset(lines.get(i)).matches())
                .toList();
        return numbers.size() == 1 ? " in line " + (numbers.get(0) + 1) : "";
      } catch (IOException e) {
        return "";
      }
    }
  }
}
