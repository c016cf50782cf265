package io.ringhaul.internal.preflight;

import io.ringhaul.internal.preflight.PreflightProblem.Severity;
import java.util.List;

/**
 * What all checks have found, in the order of the checks.
 *
 * @param problems errors and warnings
 */
public record PreflightReport(List<PreflightProblem> problems) {

  public PreflightReport {
    problems = List.copyOf(problems);
  }

  /** What keeps the operation from beginning, one sentence each. */
  public List<String> errors() {
    return sentences(Severity.ERROR);
  }

  /** What the operation begins in spite of, one sentence each. */
  public List<String> warnings() {
    return sentences(Severity.WARNING);
  }

  private List<String> sentences(Severity severity) {
    return problems.stream()
        .filter(problem -> problem.severity() == severity)
        .map(PreflightProblem::sentence)
        .toList();
  }
}
