package io.ringhaul.internal.preflight;

import io.ringhaul.exceptions.PreflightException;
import io.ringhaul.internal.preflight.PreflightProblem.Severity;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs checks one after the other and says all that they have found at once. */
public final class Preflight {

  private static final Logger LOG = LoggerFactory.getLogger(Preflight.class);

  private final String operation;
  private final List<Check> checks;

  /**
   * @param operation what is to begin, for people, such as {@code The export of store.orders}
   */
  public Preflight(String operation, List<Check> checks) {
    this.operation = operation;
    this.checks = List.copyOf(checks);
  }

  /** What the checks find; a check that fails itself has found nothing. */
  public PreflightReport report() {
    List<PreflightProblem> problems = new ArrayList<>();
    for (Check check : checks) {
      try {
        problems.addAll(check.problems());
      } catch (RuntimeException e) {
        LOG.debug("{}: {} could not look", operation, check.getClass().getSimpleName(), e);
      }
    }
    return new PreflightReport(problems);
  }

  /**
   * Logs warnings, and returns if the operation may begin.
   *
   * @throws PreflightException if it may not; it has all errors
   */
  public PreflightReport require() {
    PreflightReport report = report();
    report.warnings().forEach(warning -> LOG.warn("{}: {}", operation, warning));
    if (!report.errors().isEmpty()) {
      throw new PreflightException(operation, report.errors(), report.warnings());
    }
    return report;
  }

  /**
   * What all checks have found, in the order of the checks.
   *
   * @param problems errors and warnings
   */
  record PreflightReport(List<PreflightProblem> problems) {

    PreflightReport {
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
}
