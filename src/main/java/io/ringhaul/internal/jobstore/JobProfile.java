package io.ringhaul.internal.jobstore;

import com.fasterxml.jackson.core.type.TypeReference;
import io.ringhaul.exceptions.InvalidSettingException;
import java.util.Map;
import java.util.Optional;

/**
 * A recording of where the process of a job spends its time. The store keeps the latest one of a
 * job.
 *
 * @param id the id of its request
 * @param state its state
 * @param seconds its duration
 * @param stacks the tree of stacks as JSON, {@code {"name","value","children"}}; empty until it is
 *     ready
 * @param error why it failed
 */
public record JobProfile(
    String id, State state, int seconds, Optional<String> stacks, Optional<String> error) {

  /** The longest recording, in seconds. */
  public static final int MOST_SECONDS = 60;

  private static final int DEFAULT_SECONDS = 10;

  /** The state of a recording. */
  public enum State {
    REQUESTED,
    RECORDING,
    READY,
    FAILED
  }

  /**
   * Returns a requested recording, of 10 seconds unless the request sets 1 to 60.
   *
   * @param body the body of the request
   * @throws InvalidSettingException if the body does not match {@link JobRequest.Kind#PROFILE}
   */
  public static JobProfile requested(String id, String body) {
    return new JobProfile(id, State.REQUESTED, seconds(body), Optional.empty(), Optional.empty());
  }

  /** Returns this profile while it is recorded. */
  public JobProfile recording() {
    return new JobProfile(id, State.RECORDING, seconds, Optional.empty(), Optional.empty());
  }

  /** Returns this profile with its result. */
  public JobProfile ready(String newStacks) {
    return new JobProfile(id, State.READY, seconds, Optional.of(newStacks), Optional.empty());
  }

  /** Returns this profile after its recording failed. */
  public JobProfile failed(String newError) {
    return new JobProfile(id, State.FAILED, seconds, Optional.empty(), Optional.of(newError));
  }

  private static int seconds(String body) {
    try {
      Object seconds =
          StoredText.parse(body, new TypeReference<Map<String, Object>>() {})
              .getOrDefault("seconds", DEFAULT_SECONDS);
      if (seconds instanceof Integer number && number >= 1 && number <= MOST_SECONDS) {
        return number;
      }
    } catch (DamagedRecord e) {
      // Reported below.
    }
    throw new InvalidSettingException(
        "seconds",
        "A recording takes 1 to " + MOST_SECONDS + " seconds, as in {\"seconds\":10}, not " + body);
  }
}
