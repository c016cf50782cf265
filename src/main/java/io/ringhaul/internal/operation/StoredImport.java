package io.ringhaul.internal.operation;

import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceTask;
import io.ringhaul.internal.jackson.Json;
import java.util.List;

/** Converts the plan of an import to and from the texts that its job stores. */
final class StoredImport {

  private StoredImport() {}

  /** The plan without its tasks, each of which is stored as a job partition. */
  static String text(SourcePlan plan) {
    return Json.text(plan.withTasks(List.of()));
  }

  static String text(SourceTask task) {
    return Json.text(task);
  }

  /**
   * Parses a stored plan.
   *
   * @param tasks the tasks from the job partitions
   * @throws IllegalArgumentException if the text is not a stored plan
   */
  static SourcePlan plan(String text, List<SourceTask> tasks) {
    return read(text, SourcePlan.class).withTasks(tasks);
  }

  /**
   * Parses a stored task.
   *
   * @throws IllegalArgumentException if the text is not a stored task
   */
  static SourceTask task(String text) {
    return read(text, SourceTask.class);
  }

  private static <T> T read(String text, Class<T> type) {
    return Json.read(text, type, "a part of the plan of an import");
  }
}
