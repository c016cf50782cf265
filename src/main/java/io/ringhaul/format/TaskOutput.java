package io.ringhaul.format;

import java.io.Serializable;
import java.util.List;

/**
 * The output of one task. Serializable.
 *
 * @param task number of the task
 * @param rows number of rows written
 * @param bytes size of the files in bytes
 * @param files one text per file, in the format's own encoding
 */
public record TaskOutput(int task, long rows, long bytes, List<String> files)
    implements Serializable {

  public TaskOutput {
    files = List.copyOf(files);
  }
}
