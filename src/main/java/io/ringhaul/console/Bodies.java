package io.ringhaul.console;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What requests have as their bodies. */
final class Bodies {

  private Bodies() {}

  /** A job that is to be made. */
  record NewJob(
      List<String> command,
      @Nullable String name,
      @Nullable String description,
      @Nullable Map<String, String> labels,
      @Nullable Boolean start) {}

  /** What of a job is for people; what is left out stays as it is. */
  record JobWords(
      @Nullable String name, @Nullable String description, @Nullable Map<String, String> labels) {}

  /** A recording that is asked for. */
  record NewProfile(@Nullable Integer seconds) {}

  /** A recommendation, or a parameter and its value. */
  record Change(
      String job,
      @Nullable String recommendation,
      @Nullable String parameter,
      @Nullable Long value) {}
}
