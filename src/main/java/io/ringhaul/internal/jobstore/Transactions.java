package io.ringhaul.internal.jobstore;

import io.ringhaul.job.JobStore;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/** The storage of jobs, changed by atomic steps. Thread-safe. */
interface Transactions extends AutoCloseable {

  /** What people know it by, such as a path. */
  String location();

  /** Whether what is stored survives this process. */
  boolean isDurable();

  /** See {@link JobStore#file()}. */
  default Optional<Path> file() {
    return Optional.empty();
  }

  /** Looks. */
  <T> T read(Function<JobRecords, T> work);

  /** Changes; stored when this returns. */
  <T> T write(Function<JobRecords, T> work);

  /** As {@link #write}, with work that does no harm when it is stored twice. */
  <T> T writeRepeatably(Function<JobRecords, T> work);

  @Override
  void close();
}
