package io.ringhaul.internal.operation;

import io.ringhaul.Partitioning;
import io.ringhaul.exceptions.InvalidSettingException;

/** Tasks of a size. */
public record PartitioningBySize(long bytes) implements Partitioning {

  public PartitioningBySize {
    if (bytes < 1) {
      throw new InvalidSettingException("bySize", "bySize is " + bytes + "; it takes at least 1");
    }
  }

  public ScanSizing sizing() {
    return new ScanSizing(bytes, 0);
  }
}
