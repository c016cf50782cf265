package io.ringhaul.internal.preflight;

/**
 * What a check has found.
 *
 * @param severity whether the operation may begin all the same
 * @param problem what is wrong, without a full stop
 * @param remedy what to do about it, without a full stop
 */
public record PreflightProblem(Severity severity, String problem, String remedy) {

  /** How bad it is. */
  public enum Severity {
    /** The operation would fail, or give wrong values: it does not begin. */
    ERROR,
    /** The operation may well succeed: it begins, and the log has the problem. */
    WARNING
  }

  static PreflightProblem error(String problem, String remedy) {
    return new PreflightProblem(Severity.ERROR, problem, remedy);
  }

  static PreflightProblem warning(String problem, String remedy) {
    return new PreflightProblem(Severity.WARNING, problem, remedy);
  }

  /** The problem and the remedy in one sentence, without a full stop. */
  public String sentence() {
    return problem + ": " + remedy;
  }

  @Override
  public String toString() {
    return severity + ": " + sentence();
  }
}
