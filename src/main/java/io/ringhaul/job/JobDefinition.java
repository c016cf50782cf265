package io.ringhaul.job;

import java.util.List;
import java.util.Map;

/**
 * What a job is to do, as texts. None of them holds a secret.
 *
 * @param fingerprint what must not change between runs, each part by its name for people, such as
 *     {@code columns}
 * @param settings the other settings, by name; a resumed job may have others
 * @param command the arguments of the command line that made the job, without secrets; empty for a
 *     job of application code
 */
public record JobDefinition(
    Map<String, String> fingerprint, Map<String, String> settings, List<String> command) {

  public JobDefinition {
    fingerprint = Map.copyOf(fingerprint);
    settings = Map.copyOf(settings);
    command = List.copyOf(command);
  }

  /**
   * What is known of a job before its table is looked at: the first run of it finds the rest out.
   *
   * @param command the arguments of the command line that is to run it, without secrets
   */
  public static JobDefinition draft(List<String> command) {
    return new JobDefinition(Map.of(), Map.of(), command);
  }

  /** Whether its table was not looked at yet. */
  public boolean isDraft() {
    return fingerprint.isEmpty();
  }
}
