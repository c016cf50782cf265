package io.ringhaul.internal.preflight;

import com.datastax.oss.driver.api.core.servererrors.QueryValidationException;
import com.datastax.oss.driver.api.core.servererrors.UnauthorizedException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The server's word on a statement that it will not run.
 *
 * @param isUnauthorized whether it is one of permissions
 * @param words what the server said
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

  /** The guardrail that refused, such as {@code page_size}. */
  Optional<String> guardrail() {
    return group(GUARDRAIL, 1);
  }

  /** Whether that guardrail refused. */
  boolean isOf(String guardrail) {
    return guardrail().filter(guardrail::equals).isPresent();
  }

  /** What the server said, without the guardrail's name. */
  String reason() {
    return group(GUARDRAIL, 2).orElse(words);
  }

  /** The threshold of the guardrail, if it has one and the server said it. */
  OptionalLong threshold() {
    return group(THRESHOLD, 1)
        .map(digits -> OptionalLong.of(Long.parseLong(digits)))
        .orElse(OptionalLong.empty());
  }

  /** The role that lacks a permission. */
  Optional<String> role() {
    return group(UNAUTHORIZED, 1);
  }

  /** The permission that it lacks, such as {@code SELECT}. */
  Optional<String> permission() {
    return group(UNAUTHORIZED, 2);
  }

  /** The masked columns that a condition names and must not; empty if that is not the reason. */
  List<String> maskedColumns() {
    return group(MASKED, 1).map(names -> List.of(names.split(", "))).orElse(List.of());
  }

  private Optional<String> group(Pattern pattern, int number) {
    Matcher matcher = pattern.matcher(words);
    return matcher.matches() ? Optional.of(matcher.group(number)) : Optional.empty();
  }
}
