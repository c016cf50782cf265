package io.ringhaul.cli.jobs;

import java.util.UUID;
import java.util.regex.Pattern;

/** The command that resumes a job, as a shell takes it. */
public final class ResumeCommand {

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

  private ResumeCommand() {}

  /** The command for a job in the given store. */
  public static String of(UUID job, JobStoreLocation store) {
    return "ringhaul jobs resume "
        + job
        + store.option().map(option -> " --job-store " + quoted(option)).orElse("");
  }

  /** A text that a POSIX shell takes for one word. */
  public static String quoted(String word) {
    return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
