package io.ringhaul.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Option;

/** The properties with which object stores are reached; see {@link ValueReference}. */
final class StorageOptions {

  static final String OPTION = "--storage-property";

  @Option(
      names = OPTION,
      paramLabel = "KEY=VALUE",
      split = ",",
      description =
          "A property of the object store of --path, such as s3.endpoint=URL; repeatable. A value"
              + " @FILE is read from a file. Default: none; S3 takes its credentials and region"
              + " from AWS_* variables, profiles or roles.")
  private Map<String, String> properties = new LinkedHashMap<>();

  /**
   * Returns the properties, with the contents of files and variables.
   *
   * @throws InvalidSettingException if a value is a secret, or if a file or variable does not exist
   */
  Map<String, String> properties() {
    Map<String, String> resolved = new TreeMap<>();
    properties.forEach(
        (key, value) -> {
          ValueReference.requireNoSecret(
              OPTION, key, value, "the variables of the store, such as AWS_SECRET_ACCESS_KEY");
          resolved.put(
              key,
              ValueReference.resolve(
                  OPTION,
                  OPTION + " " + key,
                  value,
                  ValueReference.currentFolder(),
                  System.getenv()));
        });
    return resolved;
  }
}
