package io.ringhaul.job;

import java.util.regex.Pattern;

/** Imports whose rows must not be written twice. */
public final class AddingImports {

  /** Columns whose values may add up: as the job keeps its columns. */
  private static final Pattern MAY_ADD_UP = Pattern.compile(" counter\\b| list<");

  private AddingImports() {}

  /**
   * Whether rows of a job may add to counters or append to lists when they are written again. False
   * for an export, and for a job whose table was not looked at yet.
   */
  public static boolean mayAddUp(Job job) {
    String columns = job.definition().fingerprint().getOrDefault("columns", "");
    return job.kind() == JobKind.IMPORT && MAY_ADD_UP.matcher(columns).find();
  }
}
