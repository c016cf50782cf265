package io.ringhaul.job;

import java.time.Instant;

/**
 * What somebody asks of the process that works on a job.
 *
 * @param id names it
 * @param kind what is asked for
 * @param body its particulars, as JSON
 * @param created when it was asked for
 */
public record JobRequest(String id, Kind kind, String body, Instant created) {

  /** What may be asked for. */
  public enum Kind {

    /** A recording of where the process spends its time: {@code {"seconds":10}}. */
    PROFILE,

    /** Another value of a parameter: {@code {"parameter":"inFlight","value":16}}. */
    TUNE
  }
}
