package io.ringhaul.format;

import java.io.Serializable;
import java.util.List;

/**
 * What one task wrote: plain data.
 *
 * @param task the task's number
 * @param rows rows written
 * @param bytes the size of the files
 * @param files one text a file, in the format's own form
 */
public record TaskOutput(int task, long rows, long bytes, List<String> files)
    implements Serializable {

  public TaskOutput {
    files = List.copyOf(files);
  }
}
