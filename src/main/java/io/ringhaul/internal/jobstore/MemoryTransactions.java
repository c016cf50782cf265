package io.ringhaul.internal.jobstore;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/** Jobs in the memory of this process. */
public final class MemoryTransactions implements Transactions {

  private final Map<UUID, MemoryRecords.Entry> entries = new HashMap<>();
  private final MemoryTelemetry telemetry = new MemoryTelemetry(entries.keySet());

  @Override
  public String location() {
    return "the memory of this process";
  }

  @Override
  public boolean isDurable() {
    return false;
  }

  @Override
  public synchronized <T> T read(Function<JobRecords, T> work) {
    return work.apply(new MemoryRecords(entries, telemetry));
  }

  @Override
  public <T> T write(Function<JobRecords, T> work) {
    return read(work);
  }

  @Override
  public <T> T writeRepeatably(Function<JobRecords, T> work) {
    return read(work);
  }

  @Override
  public void close() {
    // Nothing was opened.
  }
}
