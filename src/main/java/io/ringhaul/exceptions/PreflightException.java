package io.ringhaul.exceptions;

import java.util.List;

/**
 * A preflight check stopped an operation that would have failed or produced wrong values, for
 * example because a permission is missing, a guardrail of the cluster forbids it, or the target
 * cannot be written. Nothing was read or written.
 */
public final class PreflightException extends BulkOperationException {

  private static final long serialVersionUID = 1;

  private final List<String> problems;
  private final List<String> warnings;

  /**
   * @param operation the operation, such as {@code The export of store.orders}
   * @param problems the preflight problems, at least one; each a sentence with a remedy
   * @param warnings problems that would not have stopped the operation
   */
  public PreflightException(String operation, List<String> problems, List<String> warnings) {
    super(message(operation, problems));
    this.problems = problems.stream().map(Setting::inJava).toList();
    this.warnings = List.copyOf(warnings);
  }

  /** The preflight problems, one sentence each with what to do; never empty. */
  public List<String> problems() {
    return problems;
  }

  /** Problems that would not have stopped the operation, one sentence each. */
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
