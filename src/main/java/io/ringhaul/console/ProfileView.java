package io.ringhaul.console;

import io.ringhaul.internal.jackson.Json;
import io.ringhaul.internal.jobstore.JobProfile;
import org.jspecify.annotations.Nullable;

/**
 * A profile of a job's process.
 *
 * @param id null without a profile
 * @param state {@code NONE} for a job that was never profiled
 * @param stacks a tree of names, values and children
 */
record ProfileView(
    @Nullable String id,
    State state,
    int seconds,
    @Nullable String error,
    @Nullable Object stacks) {

  /** The profile of a job that was never profiled. */
  static final ProfileView NONE = new ProfileView(null, State.NONE, 0, null, null);

  /** The state of a profile. */
  enum State {
    NONE,
    REQUESTED,
    RECORDING,
    READY,
    FAILED;

    private static State of(JobProfile.State state) {
      return switch (state) {
        case REQUESTED -> REQUESTED;
        case RECORDING -> RECORDING;
        case READY -> READY;
        case FAILED -> FAILED;
      };
    }
  }

  static ProfileView of(JobProfile profile) {
    return new ProfileView(
        profile.id(),
        State.of(profile.state()),
        profile.seconds(),
        profile.error().orElse(null),
        profile.stacks().map(Json::tree).orElse(null));
  }
}
