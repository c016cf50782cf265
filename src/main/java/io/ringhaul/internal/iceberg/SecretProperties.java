package io.ringhaul.internal.iceberg;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Recognizes properties of catalogs and tables whose values are secrets. */
public final class SecretProperties {

  private static final Pattern KEY =
      Pattern.compile(
          "passw|passphrase|secret|token|credential|authorization"
              + "|(access|shared|account|private|api|sse)[-_.]?key|cryption[-_.]key(?!-id)"
              + "|connection-string",
          Pattern.CASE_INSENSITIVE);

  /** Settings about a secret, such as {@code token-refresh-enabled}. */
  private static final Pattern ABOUT_SECRET =
      Pattern.compile(
          "[-.](enabled|ms|at|provider|endpoint|uri|type|delegation)$", Pattern.CASE_INSENSITIVE);

  private static final Pattern PASSWORD_IN_URL = Pattern.compile("://[^/@:\\s]+:([^/@\\s]+)@");

  private static final Pattern PARAMETER_OF_URL =
      Pattern.compile("[?&;]([^?&;=\\s]+)=([^?&;\\s]*)");

  private SecretProperties() {}

  /** Returns whether the value of the property is a secret, judged by its key. */
  public static boolean isSecretKey(String key) {
    return KEY.matcher(key).find() && !ABOUT_SECRET.matcher(key).find();
  }

  /** Returns whether a value is a URL with a password. */
  public static boolean hasPassword(String value) {
    return !passwords(value).isEmpty();
  }

  /** Returns the passwords in a value that is a URL: of its user, and of its parameters. */
  public static List<String> passwords(String value) {
    List<String> found = new ArrayList<>();
    PASSWORD_IN_URL.matcher(value).results().forEach(user -> found.add(user.group(1)));
    if (value.contains(":")) {
      PARAMETER_OF_URL
          .matcher(value)
          .results()
          .filter(parameter -> isSecretKey(parameter.group(1)))
          .forEach(parameter -> found.add(parameter.group(2)));
    }
    return found;
  }
}
