package io.ringhaul.internal.jobstore;

import io.ringhaul.job.Job;
import io.ringhaul.job.JobKind;
import java.util.List;
import java.util.regex.Pattern;

/** Imports whose rows must not be written twice. */
public final class AddingImports {

  /** The option that allows an import to write any row twice. */
  public static final String REPLAY = "--replay-in-doubt";

  /** Columns whose values may add up: as the job keeps its columns. */
  private static final Pattern MAY_ADD_UP = Pattern.compile(" counter\\b| list<");

  private AddingImports() {}

  /**
   * Whether rows of a job may add to counters or append to lists when they are written again, and
   * the command that is to write them does not have {@link #REPLAY}. False for an export, and for a
   * job whose table was not looked at yet.
   */
  public static boolean mustNotRepeat(Job job, List<String> command) {
    String columns = job.definition().fingerprint().getOrDefault("columns", "");
    return job.kind() == JobKind.IMPORT
        && !command.contains(REPLAY)
        && MAY_ADD_UP.matcher(columns).find();
  }
}
