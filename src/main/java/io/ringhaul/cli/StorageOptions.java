package io.ringhaul.cli;

import io.ringhaul.exceptions.InvalidSettingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/**
 * The properties with which object stores are reached. A job stores the option's values, which must
 * refer to secrets: {@code @FILE} stands for the contents of a file, <code>${env:NAME}</code> for
 * those of an environment variable, and each run reads them again.
 */
final class StorageOptions {

  private static final String OPTION = "--storage-property";
  private static final String FILE = "@";
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{env:([^}]+)}");

  /** Parts of the names of properties whose values are secrets. */
  private static final Pattern SECRET =
      Pattern.compile("secret|password|token|credential|account-key|connection-string|sse\\.key");

  /** Names that have such a part, and hold no secret. */
  private static final Pattern NO_SECRET =
      Pattern.compile("expires|provider|endpoint|-uri|enabled");

  @Option(
      names = OPTION,
      paramLabel = "KEY=VALUE",
      split = ",",
      description =
          "A property of the object store of --path, such as s3.endpoint=URL; repeatable. A value"
              + " @FILE is read from a file. Default: none; S3 takes its credentials and region from"
              + " AWS_* variables, profiles or roles.")
  private Map<String, String> properties = new LinkedHashMap<>();

  /**
   * Returns the properties, with the contents of files and variables.
   *
   * @throws InvalidSettingException if a value is a secret, or if a file or variable does not exist
   */
  Map<String, String> properties() {
    Map<String, String> resolved = new TreeMap<>();
    properties.forEach((key, text) -> resolved.put(key, resolved(key, text)));
    return resolved;
  }

  /** Whether an argument is the option with a value of a file or a variable. */
  static boolean isReference(String argument) {
    return argument.startsWith(OPTION)
        && (argument.contains("=" + FILE) || VARIABLE.matcher(argument).find());
  }

  private static String resolved(String key, String text) {
    boolean isReference = text.startsWith(FILE) || VARIABLE.matcher(text).find();
    String name = key.toLowerCase(Locale.ROOT);
    if (SECRET.matcher(name).find() && !NO_SECRET.matcher(name).find() && !isReference) {
      throw new InvalidSettingException(
          OPTION,
          String.format(
              "The value of %s %s would be visible to other users of this machine and stored with"
                  + " the job: give %s=@FILE or '%s=${env:NAME}', or set the variables of the"
                  + " store, such as AWS_SECRET_ACCESS_KEY",
              OPTION, key, key, key));
    }
    return text.startsWith(FILE)
        ? content(key, text.substring(FILE.length()))
        : VARIABLE.matcher(text).replaceAll(found -> variable(key, found.group(1)));
  }

  private static String variable(String key, String name) {
    String content = System.getenv(name);
    if (content == null) {
      throw new InvalidSettingException(
          OPTION,
          String.format("The environment variable %s of %s %s is not set", name, OPTION, key));
    }
    return Matcher.quoteReplacement(content);
  }

  private static String content(String key, String file) {
    String reason;
    try {
      Path path = Path.of(file);
      if (path.isAbsolute()) {
        return Files.readString(path).strip();
      }
      reason = "give an absolute path, as a job may be resumed in another folder";
    } catch (IOException | InvalidPathException e) {
      reason = e.toString();
    }
    throw new InvalidSettingException(
        OPTION,
        String.format("The file %s of %s %s cannot be read: %s", file, OPTION, key, reason));
  }
}
