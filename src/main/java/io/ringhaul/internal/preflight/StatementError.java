package io.ringhaul.internal.preflight;

import com.datastax.oss.driver.api.core.servererrors.QueryValidationException;
import com.datastax.oss.driver.api.core.servererrors.UnauthorizedException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The server's error for a refused statement.
 *
 * @param isUnauthorized whether a permission is missing
 * @param words the server's message
 */
record StatementError(boolean isUnauthorized, String words) {

  private static final Pattern GUARDRAIL = Pattern.compile("Guardrail (\\S+) violated: (.*)");
  private static final Pattern UNAUTHORIZED =
      Pattern.compile("User (.+?) has no (.+) permission on .*");
  private static final Pattern MASKED = Pattern.compile(".* cannot query masked columns \\[(.*)]");
  private static final Pattern THRESHOLD = Pattern.compile(".* threshold (?:of )?(\\d+).*");

  static StatementError of(QueryValidationException e) {
    return new StatementError(e instanceof UnauthorizedException, String.valueOf(e.getMessage()));
  }

  /** Returns the guardrail that refused the statement, such as {@code page_size}. */
  Optional<String> guardrail() {
    return group(GUARDRAIL, 1);
  }

  /** Returns whether the named guardrail refused the statement. */
  boolean isOf(String guardrail) {
    return guardrail().filter(guardrail::equals).isPresent();
  }

  /** Returns the server's message without the guardrail's name. */
  String reason() {
    return group(GUARDRAIL, 2).orElse(words);
  }

  /** Returns the guardrail's threshold, if the message contains one. */
  OptionalLong threshold() {
    return group(THRESHOLD, 1)
        .map(digits -> OptionalLong.of(Long.parseLong(digits)))
        .orElse(OptionalLong.empty());
  }

  /** Returns the role without the permission. */
  Optional<String> role() {
    return group(UNAUTHORIZED, 1);
  }

  /** Returns the missing permission, such as {@code SELECT}. */
  Optional<String> permission() {
    return group(UNAUTHORIZED, 2);
  }

  /**
   * Returns the masked columns that a condition may not use; empty if the error has another reason.
   */
  List<String> maskedColumns() {
    return group(MASKED, 1).map(names -> List.of(names.split(", "))).orElse(List.of());
  }

  private Optional<String> group(Pattern pattern, int number) {
    Matcher matcher = pattern.matcher(words);
    return matcher.matches() ? Optional.of(matcher.group(number)) : Optional.empty();
  }
}
