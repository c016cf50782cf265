package io.ringhaul.console;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The types of request bodies. */
final class Bodies {

  private Bodies() {}

  /** A job to create. */
  record NewJob(
      List<String> command,
      @Nullable String name,
      @Nullable String description,
      @Nullable Map<String, String> labels,
      @Nullable Boolean start) {}

  /** The name, description and labels of a job; null fields are not changed. */
  record JobWords(
      @Nullable String name, @Nullable String description, @Nullable Map<String, String> labels) {}

  /** A request for a profile. */
  record NewProfile(@Nullable Integer seconds) {}

  /** A recommendation to apply, or a parameter with its value. */
  record Change(
      String job,
      @Nullable String recommendation,
      @Nullable String parameter,
      @Nullable Long value) {}
}
