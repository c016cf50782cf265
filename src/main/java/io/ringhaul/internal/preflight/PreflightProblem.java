package io.ringhaul.internal.preflight;

/**
 * A problem that a check found.
 *
 * @param problem what is wrong, without a full stop
 * @param remedy what the user can do, without a full stop
 */
public record PreflightProblem(Severity severity, String problem, String remedy) {

  /** Whether a problem prevents the operation. */
  public enum Severity {
    /** The operation would fail or return wrong values, so it does not start. */
    ERROR,
    /** The operation may succeed, so it starts and the problem is logged. */
    WARNING
  }

  static PreflightProblem error(String problem, String remedy) {
    return new PreflightProblem(Severity.ERROR, problem, remedy);
  }

  static PreflightProblem warning(String problem, String remedy) {
    return new PreflightProblem(Severity.WARNING, problem, remedy);
  }

  /** Returns the problem and the remedy in one sentence, without a full stop. */
  public String sentence() {
    return problem + ": " + remedy;
  }

  @Override
  public String toString() {
    return severity + ": " + sentence();
  }
}
