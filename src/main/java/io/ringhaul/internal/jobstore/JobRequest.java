package io.ringhaul.internal.jobstore;

import java.time.Instant;

/**
 * A request to the process that runs a job.
 *
 * @param id its id
 * @param kind its kind
 * @param body its parameters, as JSON
 * @param created when it was stored
 */
public record JobRequest(String id, Kind kind, String body, Instant created) {

  /** The kinds of requests. */
  public enum Kind {

    /** Record where the process spends its time: {@code {"seconds":10}}. */
    PROFILE,

    /** Set a parameter: {@code {"parameter":"inFlight","value":16}}. */
    TUNE
  }
}
