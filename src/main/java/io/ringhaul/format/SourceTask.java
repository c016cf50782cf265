package io.ringhaul.format;

import java.io.Serializable;
import java.util.List;

/**
 * The part of a source that one task reads.
 *
 * @param number index in the plan, from 0
 * @param bytes size of the part in bytes
 * @param parts texts in the format's own encoding
 */
public record SourceTask(int number, long bytes, List<String> parts) implements Serializable {

  public SourceTask {
    parts = List.copyOf(parts);
  }
}
