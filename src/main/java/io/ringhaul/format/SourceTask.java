package io.ringhaul.format;

import java.io.Serializable;
import java.util.List;

/**
 * A part of a source that one thread reads.
 *
 * @param number its place in the plan, from 0
 * @param bytes the size of what is read
 * @param parts one text a part, in the format's own form
 */
public record SourceTask(int number, long bytes, List<String> parts) implements Serializable {

  public SourceTask {
    parts = List.copyOf(parts);
  }
}
