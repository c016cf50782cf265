package io.ringhaul.exceptions;

import java.util.List;

/**
 * An operation was not begun, because it would have failed or given wrong values: a permission is
 * missing, a guardrail of the cluster is in the way, the target cannot be written. Nothing was read
 * or written.
 */
public final class PreflightException extends BulkOperationException {

  private static final long serialVersionUID = 1;

  private final List<String> problems;
  private final List<String> warnings;

  /**
   * @param operation what was not begun, such as {@code The export of store.orders}
   * @param problems the reasons, at least one; each one sentence with a remedy
   * @param warnings what would not have kept it from beginning
   */
  public PreflightException(String operation, List<String> problems, List<String> warnings) {
    super(message(operation, problems));
    this.problems = problems.stream().map(Setting::inJava).toList();
    this.warnings = List.copyOf(warnings);
  }

  /** Each reason in one sentence, with what to do about it; never empty. */
  public List<String> problems() {
    return problems;
  }

  /** What would not have kept the operation from beginning, one sentence each. */
  public List<String> warnings() {
    return warnings;
  }

  private static String message(String operation, List<String> problems) {
    return problems.size() == 1
        ? operation + " was not begun. " + problems.get(0)
        : operation
            + " was not begun, for "
            + problems.size()
            + " reasons:\n  - "
            + String.join("\n  - ", problems);
  }
}
