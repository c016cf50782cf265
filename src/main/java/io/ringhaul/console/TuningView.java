package io.ringhaul.console;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.ringhaul.job.TuningEntry;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A parameter change, or the advice to change a parameter. */
record TuningView(
    String id,
    String job,
    String time,
    String parameter,
    long old,
    @JsonProperty("new") long changed,
    String reason,
    @Nullable String effect,
    TuningEntry.State state) {

  static TuningView of(UUID job, TuningEntry entry) {
    return new TuningView(
        entry.id(),
        job.toString(),
        Times.text(entry.time()),
        entry.parameter(),
        entry.before(),
        entry.after(),
        entry.reason(),
        entry.effect().orElse(null),
        entry.state());
  }
}
