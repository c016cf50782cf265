package io.ringhaul.cli;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.iceberg.SecretProperties;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * References to secrets in the values of properties of catalogs and object stores: {@code @FILE}
 * stands for the contents of a file, and <code>${env:NAME}</code> in a value for that of an
 * environment variable. A job stores the reference, with an absolute path, and each run reads the
 * secret again.
 */
final class ValueReference {

  private static final String FILE = "@";
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{env:([^}]+)}");

  /** Stands for a variable while a value is searched for secrets. */
  private static final String REFERENCE = "\0";

  private ValueReference() {}

  /** Returns where a relative path on the command line and in a variable starts. */
  static Path currentFolder() {
    return Path.of("").toAbsolutePath();
  }

  /**
   * Checks that the value of an option on the command line contains no secret itself: that of a
   * secret must be a reference as a whole, and so must be a password in a URL.
   *
   * @param option the option whose value is {@code key=value}
   * @param alternative another way to set the property, for the message
   * @throws InvalidSettingException if the key is that of a secret, or the value contains one
   */
  static void requireNoSecret(String option, String key, String value, String alternative) {
    if (value.startsWith(FILE)) {
      return;
    }
    String unresolved = VARIABLE.matcher(value).replaceAll(REFERENCE);
    if (SecretProperties.isSecretKey(key) && !unresolved.equals(REFERENCE)) {
      throw new InvalidSettingException(
          option,
          String.format(
              "The value of %s %s would be visible to other users of this machine and stored with"
                  + " the job: give %s=@FILE or '%s=${env:NAME}', or set %s",
              option, key, key, key, alternative));
    }
    if (!Set.of(REFERENCE).containsAll(SecretProperties.passwords(unresolved))) {
      throw new InvalidSettingException(
          option,
          String.format(
              "The password in the value of %s %s would be visible to other users of this machine"
                  + " and stored with the job: put ${env:NAME} in its place, give %s=@FILE, or set"
                  + " %s",
              option, key, key, alternative));
    }
  }

  /**
   * Returns the value with the contents of its file and variables.
   *
   * @param option the option that failures belong to
   * @param owner the property that has the value, for messages
   * @param folder where a relative path of a file starts
   * @throws InvalidSettingException if the file cannot be read or a variable is not set
   */
  static String resolve(
      String option, String owner, String value, Path folder, Map<String, String> environment) {
    if (value.startsWith(FILE)) {
      return content(option, owner, folder, value.substring(FILE.length()));
    }
    return VARIABLE
        .matcher(value)
        .replaceAll(
            found -> {
              String content = environment.get(found.group(1));
              if (content == null) {
                throw new InvalidSettingException(
                    option,
                    String.format(
                        "The environment variable %s of %s is not set", found.group(1), owner));
              }
              return Matcher.quoteReplacement(content);
            });
  }

  private static String content(String option, String owner, Path folder, String file) {
    String reason;
    try {
      return Files.readString(folder.resolve(file)).strip();
    } catch (NoSuchFileException e) {
      reason = "it does not exist";
    } catch (AccessDeniedException e) {
      reason = "this process has no permission to read it";
    } catch (IOException | InvalidPathException e) {
      reason = String.valueOf(e.getMessage());
    }
    throw new InvalidSettingException(
        option, String.format("The file %s of %s cannot be read: %s", file, owner, reason));
  }
}
