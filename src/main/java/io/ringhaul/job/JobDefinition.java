package io.ringhaul.job;

import java.util.List;
import java.util.Map;

/**
 * What a job does, as texts without secrets.
 *
 * @param fingerprint the settings that must not change between runs, by a name for messages such as
 *     {@code columns}
 * @param settings the other settings, by name; they may change when the job is resumed
 * @param command the arguments of the command line that created the job, without secrets; empty for
 *     a job of application code
 */
public record JobDefinition(
    Map<String, String> fingerprint, Map<String, String> settings, List<String> command) {

  public JobDefinition {
    fingerprint = Map.copyOf(fingerprint);
    settings = Map.copyOf(settings);
    command = List.copyOf(command);
  }

  /**
   * Returns a definition that the first run completes once it has read the table's schema.
   *
   * @param command the arguments of the command line that will run the job, without secrets
   */
  public static JobDefinition draft(List<String> command) {
    return new JobDefinition(Map.of(), Map.of(), command);
  }

  /** Whether no run has read the table's schema yet. */
  public boolean isDraft() {
    return fingerprint.isEmpty();
  }
}
