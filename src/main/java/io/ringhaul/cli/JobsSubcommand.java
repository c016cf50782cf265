package io.ringhaul.cli;

import io.ringhaul.cli.jobs.JobStoreLocation;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.job.JobStore;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What the commands on jobs have in common. */
abstract class JobsSubcommand implements Callable<Integer> {

  @Mixin private JobStoreOption store = new JobStoreOption();

  @Option(names = "--json", description = "Puts the result as one line of JSON on standard output.")
  private boolean json;

  final boolean json() {
    return json;
  }

  final JobStoreLocation location() {
    return store.location();
  }

  /** Opens the store that holds the jobs. */
  final JobStore open() {
    JobStoreLocation location = location();
    if (location.isNone()) {
      throw new InvalidSettingException(
          "--job-store", "There are no jobs to see in memory: --job-store is none");
    }
    return location.open();
  }
}
