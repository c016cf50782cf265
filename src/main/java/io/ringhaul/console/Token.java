package io.ringhaul.console;

import io.ringhaul.exceptions.InvalidSettingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The secret that authorizes changes. */
final class Token {

  private static final int RANDOM_BYTES = 32;
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._~-]{16,200}");
  private static final String SCHEME = "Bearer ";

  private final String text;

  private Token(String text) {
    this.text = text;
  }

  static Token random() {
    byte[] bytes = new byte[RANDOM_BYTES];
    new SecureRandom().nextBytes(bytes);
    return new Token(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
  }

  static Token of(String text) {
    if (!FORM.matcher(text).matches()) {
      throw new InvalidSettingException(
          "token",
          "A token must have 16 to 200 letters, digits, dots, dashes, underscores and tildes");
    }
    return new Token(text);
  }

  /**
   * Checks the token of a request in constant time.
   *
   * @param header the Authorization header
   */
  boolean isIn(@Nullable String header) {
    if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return false;
    }
    byte[] given = header.substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8);
    return MessageDigest.isEqual(text.getBytes(StandardCharsets.UTF_8), given);
  }

  String text() {
    return text;
  }

  /** Omits the secret. */
  @Override
  public String toString() {
    return "token";
  }
}
