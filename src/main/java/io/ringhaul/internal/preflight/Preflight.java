package io.ringhaul.internal.preflight;

import io.ringhaul.exceptions.PreflightException;
import io.ringhaul.internal.preflight.PreflightProblem.Severity;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs checks in order and reports all problems together. */
public final class Preflight {

  private static final Logger LOG = LoggerFactory.getLogger(Preflight.class);

  private final String operation;
  private final List<Check> checks;

  /**
   * @param operation the operation as messages name it, such as {@code The export of store.orders}
   */
  public Preflight(String operation, List<Check> checks) {
    this.operation = operation;
    this.checks = List.copyOf(checks);
  }

  /** Runs all checks. A check that throws is logged at DEBUG and counts as passed. */
  public PreflightReport report() {
    List<PreflightProblem> problems = new ArrayList<>();
    for (Check check : checks) {
      try {
        problems.addAll(check.problems());
      } catch (RuntimeException e) {
        LOG.debug("{}: the check {} failed", operation, check.getClass().getSimpleName(), e);
      }
    }
    return new PreflightReport(problems);
  }

  /**
   * Runs all checks and logs the warnings.
   *
   * @throws PreflightException with all errors, if there is at least one
   */
  public PreflightReport require() {
    PreflightReport report = report();
    report.warnings().forEach(warning -> LOG.warn("{}: {}", operation, warning));
    if (!report.errors().isEmpty()) {
      throw new PreflightException(operation, report.errors(), report.warnings());
    }
    return report;
  }

  /** The problems of all checks, in the order of the checks. */
  record PreflightReport(List<PreflightProblem> problems) {

    PreflightReport {
      problems = List.copyOf(problems);
    }

    /** The problems that prevent the operation, one sentence each. */
    public List<String> errors() {
      return sentences(Severity.ERROR);
    }

    /** The problems that do not prevent the operation, one sentence each. */
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
