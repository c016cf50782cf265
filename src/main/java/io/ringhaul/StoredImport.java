package io.ringhaul;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceSplit;
import java.util.List;

/** The plan of an import as the texts that the store of its job has. */
final class StoredImport {

  private static final ObjectMapper JSON = new ObjectMapper();

  private StoredImport() {}

  /** The plan without its splits, of which each is a partition of the job. */
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

  static String text(SourceSplit split) {
    return write(split);
  }

  /**
   * The plan in a text.
   *
   * @param splits its splits, from the partitions
   * @throws IllegalArgumentException if it is no such text
   */
  static SourcePlan plan(String text, List<SourceSplit> splits) {
    SourcePlan plan = read(text, SourcePlan.class);
    return new SourcePlan(
        plan.formatVersion(),
        plan.format(),
        plan.location(),
        plan.columns(),
        plan.properties(),
        splits);
  }

  /**
   * The split in a text.
   *
   * @throws IllegalArgumentException if it is no such text
   */
  static SourceSplit split(String text) {
    return read(text, SourceSplit.class);
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
