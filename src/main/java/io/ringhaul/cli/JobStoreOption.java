package io.ringhaul.cli;

import io.ringhaul.cli.jobs.JobStoreLocation;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where jobs are kept. */
final class JobStoreOption {

  @Option(
      names = "--job-store",
      paramLabel = "FILE|URL|none",
      description =
          "Where jobs are kept: a SQLite file, jdbc:postgresql:... (login from PGUSER and"
              + " PGPASSWORD or .pgpass), or none for memory only. Default: RINGHAUL_JOB_STORE,"
              + " else ~/.ringhaul/jobs.db.")
  private @Nullable String store;

  JobStoreLocation location() {
    return JobStoreLocation.of(store, System.getenv());
  }
}
