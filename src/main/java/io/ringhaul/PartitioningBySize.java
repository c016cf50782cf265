package io.ringhaul;

import io.ringhaul.exceptions.InvalidSettingException;

/** Tasks of a size. */
record PartitioningBySize(long bytes) implements Partitioning {

  PartitioningBySize {
    if (bytes < 1) {
      throw new InvalidSettingException("bySize", "bySize is " + bytes + "; it takes at least 1");
    }
  }

  ScanSizing sizing() {
    return new ScanSizing(bytes, 0);
  }
}
