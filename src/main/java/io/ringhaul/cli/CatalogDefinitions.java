package io.ringhaul.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.ringhaul.exceptions.InvalidSettingException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * The properties of Iceberg catalogs, by the catalog's name. From low to high precedence:
 *
 * <ol>
 *   <li>{@link PyIcebergFile}, for catalogs that the configuration file does not define
 *   <li>{@code [catalog.NAME]} of the configuration file
 *   <li>{@code [profile.PROFILE.catalog.NAME]}
 *   <li>environment variables: {@code RINGHAUL_CATALOG__NAME__S3__ACCESS_KEY_ID} is the property
 *       {@code s3.access-key-id} of the catalog NAME, as in PyIceberg
 *   <li>{@code --catalog-property}
 * </ol>
 *
 * <p>A value may be a {@link ValueReference}. A job stores the catalog's name and the values of
 * {@code --catalog-property}; each run reads the rest again.
 */
final class CatalogDefinitions {

  static final String OPTION = "--catalog";
  static final String PROPERTY_OPTION = "--catalog-property";

  /** The beginning of the variables. */
  static final String PREFIX = "RINGHAUL_CATALOG__";

  /** The name of a catalog that has only properties, as in PyIceberg. */
  static final String DEFAULT_NAME = "default";

  private static final String SEPARATOR = "__";

  /**
   * A value as it was set.
   *
   * @param folder where a relative path of a file starts
   */
  private record Value(String text, Path folder) {}

  private final Map<String, String> environment;

  /** Properties of the files by catalog. */
  private final Map<String, Map<String, Value>> ofFile = new TreeMap<>();

  /** Properties of the environment by catalog, with names in their {@link #plain} form. */
  private final Map<String, Map<String, Value>> ofEnvironment = new TreeMap<>();

  CatalogDefinitions(Map<String, String> environment) {
    this.environment = environment;
    environment.forEach(
        (variable, text) -> {
          if (variable.startsWith(PREFIX) && !text.isEmpty()) {
            addVariable(variable, text);
          }
        });
  }

  /**
   * Reads the environment and the configuration file of a parsed command.
   *
   * @throws InvalidSettingException if a variable or the file is not valid
   */
  static CatalogDefinitions of(CommandSpec command, Map<String, String> environment) {
    CatalogDefinitions definitions = new CatalogDefinitions(environment);
    try {
      OptionDefaults.addCatalogs(command, environment, definitions);
    } catch (ParameterException e) {
      throw invalid(String.valueOf(e.getMessage()));
    }
    PyIcebergFile.find(environment).ifPresent(file -> file.addTo(definitions));
    return definitions;
  }

  /** Adds a property of a file; a later one replaces an earlier one. */
  void add(String catalog, String key, String text, Path folder) {
    ofFile.computeIfAbsent(catalog, name -> new TreeMap<>()).put(key, new Value(text, folder));
  }

  /** Returns the properties in a section by name; a section in it stands for a dot in a name. */
  static Map<String, JsonNode> flat(JsonNode section) {
    Map<String, JsonNode> all = new TreeMap<>();
    section
        .properties()
        .forEach(
            each -> {
              if (each.getValue().isObject()) {
                flat(each.getValue())
                    .forEach((key, value) -> all.put(each.getKey() + "." + key, value));
              } else {
                all.put(each.getKey(), each.getValue());
              }
            });
    return all;
  }

  /** Whether a file defines the catalog. */
  boolean isOfFile(String catalog) {
    return ofFile.containsKey(catalog);
  }

  private void addVariable(String variable, String text) {
    List<String> parts = List.of(variable.substring(PREFIX.length()).split(SEPARATOR, -1));
    if (parts.size() < 2 || parts.contains("")) {
      throw invalid(
          String.format(
              "The environment variable %s must be %sNAME%sPROPERTY, such as %sPROD%sURI",
              variable, PREFIX, SEPARATOR, PREFIX, SEPARATOR));
    }
    String key =
        parts.subList(1, parts.size()).stream()
            .map(CatalogDefinitions::plain)
            .collect(Collectors.joining("."));
    ofEnvironment
        .computeIfAbsent(plain(parts.get(0)), name -> new TreeMap<>())
        .put(key, new Value(text, ValueReference.currentFolder()));
  }

  /** A name as a variable has it: without capital letters and underscores. */
  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Returns the properties of a catalog, with the values of files and variables.
   *
   * @param options the values of {@code --catalog-property}
   * @throws InvalidSettingException if the catalog is unknown, if an option contains a secret, or
   *     if a file or variable that a value names does not exist
   */
  Map<String, String> properties(String catalog, Map<String, String> options) {
    options.forEach(
        (key, text) ->
            ValueReference.requireNoSecret(
                PROPERTY_OPTION,
                key,
                text,
                variable(catalog, key) + " or the property in the configuration file"));
    Map<String, Value> all = new TreeMap<>(ofFile.getOrDefault(catalog, Map.of()));
    ofEnvironment
        .getOrDefault(plain(catalog), Map.of())
        .forEach((key, value) -> all.put(sameKey(all, key), value));
    if (all.isEmpty() && !options.containsKey("type") && !options.containsKey("catalog-impl")) {
      throw unknown(catalog);
    }
    options.forEach(
        (key, text) -> {
          all.remove(sameKey(all, key));
          all.put(key, new Value(text, ValueReference.currentFolder()));
        });
    Map<String, String> resolved = new TreeMap<>();
    all.forEach(
        (key, value) ->
            resolved.put(
                key,
                ValueReference.resolve(
                    OPTION,
                    "the property " + key + " of catalog " + catalog,
                    value.text(),
                    value.folder(),
                    environment)));
    return resolved;
  }

  /** Returns the key that differs at most in capital letters and underscores, else the key. */
  private static String sameKey(Map<String, Value> all, String key) {
    return all.keySet().stream()
        .filter(known -> plain(known).equals(plain(key)))
        .findFirst()
        .orElse(key);
  }

  private static String variable(String catalog, String key) {
    return PREFIX
        + (catalog + SEPARATOR + key.replace(".", SEPARATOR))
            .toUpperCase(Locale.ROOT)
            .replace('-', '_');
  }

  private InvalidSettingException unknown(String catalog) {
    Set<String> known = new TreeSet<>(ofFile.keySet());
    ofEnvironment.keySet().stream()
        .filter(name -> ofFile.keySet().stream().noneMatch(each -> plain(each).equals(name)))
        .forEach(known::add);
    return invalid(
        String.format(
            "The catalog %s is unknown; %s. Define it in [catalog.%s] of the configuration file or"
                + " in variables such as %s, or give its properties with %s",
            catalog,
            known.isEmpty() ? "no catalog is defined" : "known are " + String.join(", ", known),
            catalog,
            variable(catalog, "type"),
            PROPERTY_OPTION));
  }

  static InvalidSettingException invalid(String message) {
    return new InvalidSettingException(OPTION, message);
  }
}
