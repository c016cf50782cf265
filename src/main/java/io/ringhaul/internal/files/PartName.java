package io.ringhaul.internal.files;

import io.ringhaul.internal.disk.DurableFiles;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names of part files. A name has the task's number, the file's number in the task, the export's id
 * and random digits. The export's id distinguishes the files of several exports in one folder; the
 * random digits distinguish attempts at the same task.
 */
final class PartName {

  /** Names of files of earlier versions have no export id. */
  private static final Pattern FORM =
      Pattern.compile("part-[0-9]{5,}-[0-9]{3,}-(?:([0-9a-f]{32})-)?[0-9a-f]{16}\\.[a-z0-9.]+");

  /** Temporary files of {@link DurableFiles#temporary} and checksum files of Hadoop's tools. */
  private static final Pattern LEFTOVER = Pattern.compile("\\.(.+)\\.(?:tmp|crc)");

  private static final int RANDOM_DIGITS = 16;

  private PartName() {}

  /** Returns new random digits for the files of one attempt at a task. */
  static String newAttempt() {
    return hex(UUID.randomUUID()).substring(0, RANDOM_DIGITS);
  }

  /**
   * Returns the name of a file.
   *
   * @param number the file's number in the attempt, from 0
   * @param suffix begins with a dot
   */
  static String of(UUID job, int task, int number, String attempt, String suffix) {
    return String.format("part-%05d-%03d-%s-%s%s", task, number, hex(job), attempt, suffix);
  }

  /** Returns whether the name is that of a part file with the id of an export. */
  static boolean hasJob(String name) {
    Matcher matcher = FORM.matcher(name);
    return matcher.matches() && matcher.group(1) != null;
  }

  /** Returns whether the name is that of a part file of any export. */
  static boolean isPart(String name) {
    return FORM.matcher(name).matches();
  }

  /**
   * Returns whether the name is that of a part file, temporary file or checksum file of this
   * export.
   */
  static boolean isOf(UUID job, String name) {
    Matcher matcher = FORM.matcher(leftover(name).orElse(name));
    return matcher.matches() && hex(job).equals(matcher.group(1));
  }

  /**
   * Returns the name of the part file that a temporary or checksum file belongs to; empty for other
   * names.
   */
  static Optional<String> leftover(String name) {
    Matcher matcher = LEFTOVER.matcher(name);
    return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  private static String hex(UUID id) {
    return id.toString().replace("-", "");
  }
}
