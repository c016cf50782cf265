package io.ringhaul.preflight;

import io.ringhaul.preflight.Finding.Severity;
import java.util.List;

/**
 * What all checks have found, in the order of the checks.
 *
 * @param findings errors and warnings
 */
public record PreflightReport(List<Finding> findings) {

  /** See the record's parameters. */
  public PreflightReport {
    findings = List.copyOf(findings);
  }

  /** What keeps the operation from beginning, one sentence each. */
  public List<String> problems() {
    return sentences(Severity.ERROR);
  }

  /** What the operation begins in spite of, one sentence each. */
  public List<String> warnings() {
    return sentences(Severity.WARNING);
  }

  private List<String> sentences(Severity severity) {
    return findings.stream()
        .filter(finding -> finding.severity() == severity)
        .map(Finding::sentence)
        .toList();
  }
}
