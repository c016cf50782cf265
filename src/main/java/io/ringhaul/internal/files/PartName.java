package io.ringhaul.internal.files;

import io.ringhaul.internal.disk.DurableFiles;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What part files are called: by the task, by which of its files this is, by the export, and at
 * random, which keeps names apart when a task is tried again. By the export's id its files can be
 * told from those of others in a folder that several exports write to.
 */
final class PartName {

  /** Files of earlier versions have no export in their names. */
  private static final Pattern FORM =
      Pattern.compile("part-[0-9]{5,}-[0-9]{3,}-(?:([0-9a-f]{32})-)?[0-9a-f]{16}\\.[a-z0-9.]+");

  /** See {@link DurableFiles#temporary}; checksums are what Hadoop's tools leave. */
  private static final Pattern LEFTOVER = Pattern.compile("\\.(.+)\\.(?:tmp|crc)");

  private static final int RANDOM_DIGITS = 16;

  private PartName() {}

  /** What tells the files of one attempt at a task from others of its export. */
  static String newAttempt() {
    return hex(UUID.randomUUID()).substring(0, RANDOM_DIGITS);
  }

  /**
   * The name of a file.
   *
   * @param number which of the attempt's files it is, from 0
   * @param suffix begins with a dot
   */
  static String of(UUID job, int task, int number, String attempt, String suffix) {
    return String.format("part-%05d-%03d-%s-%s%s", task, number, hex(job), attempt, suffix);
  }

  /** Whether a file of that name is one that an export wrote. */
  static boolean isPart(String name) {
    return FORM.matcher(name).matches();
  }

  /** Whether a file of that name, finished or not, is one that this export wrote. */
  static boolean isOf(UUID job, String name) {
    Matcher matcher = FORM.matcher(leftover(name).orElse(name));
    return matcher.matches() && hex(job).equals(matcher.group(1));
  }

  /** The file that a hidden one was to become, or whose checksum Hadoop keeps in it. */
  static Optional<String> leftover(String name) {
    Matcher matcher = LEFTOVER.matcher(name);
    return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  private static String hex(UUID id) {
    return id.toString().replace("-", "");
  }
}
