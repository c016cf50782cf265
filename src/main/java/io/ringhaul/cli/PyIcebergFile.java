package io.ringhaul.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The catalogs of {@code .pyiceberg.yaml}, the configuration file of PyIceberg. It is looked for
 * where PyIceberg does: in the folder {@code PYICEBERG_HOME}, the home folder and the current one;
 * the first that exists counts.
 *
 * <p>A key that Iceberg's Java library calls by another name is renamed: {@code s3.region} is
 * {@code client.region}. A catalog without a type is a REST catalog if its URI is one of HTTP. The
 * type {@code sql} has a URI of SQLAlchemy, which Java cannot use.
 */
record PyIcebergFile(Path file) {

  private static final String NAME = ".pyiceberg.yaml";
  private static final String TYPE = "type";
  private static final Map<String, String> NAMES_IN_JAVA = Map.of("s3.region", "client.region");

  static Optional<PyIcebergFile> find(Map<String, String> environment) {
    return Stream.of(
            environment.getOrDefault("PYICEBERG_HOME", ""), System.getProperty("user.home"), ".")
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, NAME).toAbsolutePath().normalize())
        .filter(Files::isRegularFile)
        .findFirst()
        .map(PyIcebergFile::new);
  }

  /**
   * Adds the catalogs that have no definition yet.
   *
   * @throws io.ringhaul.exceptions.InvalidSettingException if the file cannot be read
   */
  void addTo(CatalogDefinitions catalogs) {
    for (Map.Entry<String, JsonNode> catalog : root().path("catalog").properties()) {
      String name = catalog.getKey();
      JsonNode properties = catalog.getValue();
      if (catalogs.isOfFile(name)) {
        continue;
      }
      if (properties.path("uri").asText().startsWith("http")) {
        catalogs.add(name, TYPE, "rest", folder());
      }
      CatalogDefinitions.flat(properties)
          .forEach(
              (key, value) -> {
                if (!value.isNull()) {
                  catalogs.add(
                      name, NAMES_IN_JAVA.getOrDefault(key, key), value.asText(), folder());
                }
              });
    }
  }

  private Path folder() {
    return Objects.requireNonNull(file.getParent());
  }

  private JsonNode root() {
    try {
      return new YAMLMapper().readTree(file.toFile());
    } catch (JsonProcessingException e) {
      throw CatalogDefinitions.invalid(
          String.format(
              "The file %s is not valid YAML in line %d: %s",
              file, e.getLocation().getLineNr(), e.getOriginalMessage()));
    } catch (IOException e) {
      throw CatalogDefinitions.invalid(
          String.format("The file %s cannot be read: %s", file, e.getMessage()));
    }
  }
}
