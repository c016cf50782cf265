package io.ringhaul.internal.operation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceTask;
import java.util.List;

/** The plan of an import as the texts that the store of its job has. */
final class StoredImport {

  private static final ObjectMapper JSON = new ObjectMapper();

  private StoredImport() {}

  /** The plan without its tasks, of which each is a partition of the job. */
  static String text(SourcePlan plan) {
    return write(
        new SourcePlan(
            plan.formatVersion(),
            plan.format(),
            plan.location(),
            plan.columns(),
            plan.properties(),
            List.of()));
  }

  static String text(SourceTask task) {
    return write(task);
  }

  /**
   * The plan in a text.
   *
   * @param tasks its tasks, from the partitions
   * @throws IllegalArgumentException if it is no such text
   */
  static SourcePlan plan(String text, List<SourceTask> tasks) {
    SourcePlan plan = read(text, SourcePlan.class);
    return new SourcePlan(
        plan.formatVersion(),
        plan.format(),
        plan.location(),
        plan.columns(),
        plan.properties(),
        tasks);
  }

  /**
   * The task in a text.
   *
   * @throws IllegalArgumentException if it is no such text
   */
  static SourceTask task(String text) {
    return read(text, SourceTask.class);
  }

  private static String write(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Plain data is always JSON", e);
    }
  }

  private static <T> T read(String text, Class<T> type) {
    try {
      return JSON.readValue(text, type);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("No part of the plan of an import: " + text, e);
    }
  }
}
