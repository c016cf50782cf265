package io.ringhaul.internal.write;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.format.WrittenIn;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The write times that a row must have to be exported.
 *
 * @param after microseconds since the epoch that a write time must exceed; the least value for no
 *     such bound, since no cell has it
 * @param before microseconds since the epoch that a write time must be below; the greatest value
 *     for no such bound
 * @param in how many values of a row must lie in the window
 * @param areChanges whether the export is incremental: a row without any write time of its own may
 *     have changed and is exported
 */
public record WrittenWindow(long after, long before, WrittenIn in, boolean areChanges) {

  /** Every row. */
  public static final WrittenWindow ALWAYS =
      new WrittenWindow(Long.MIN_VALUE, Long.MAX_VALUE, WrittenIn.ANY, false);

  /** Changed rows. The export sets the lower bound when it knows what its target has. */
  public static final WrittenWindow CHANGES =
      new WrittenWindow(Long.MIN_VALUE, Long.MAX_VALUE, WrittenIn.ANY, true);

  private static final String AFTER = "writtenAfter";
  private static final String BEFORE = "writtenBefore";

  public WrittenWindow withAfter(long micros) {
    return new WrittenWindow(micros, before, in, areChanges);
  }

  public WrittenWindow withBefore(long micros) {
    return new WrittenWindow(after, micros, in, areChanges);
  }

  public WrittenWindow within(WrittenIn values) {
    return new WrittenWindow(after, before, values, areChanges);
  }

  /** Microseconds since the epoch, a fraction of them rounded down. */
  public static long floorMicros(String setting, Instant instant) {
    try {
      return Math.addExact(
          Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1_000);
    } catch (ArithmeticException e) {
      throw new InvalidSettingException(
          setting, setting + " is " + instant + ", which no write time in microseconds can reach");
    }
  }

  /** Microseconds since the epoch, a fraction of them rounded up. */
  public static long ceilingMicros(String setting, Instant instant) {
    long floor = floorMicros(setting, instant);
    return instant.getNano() % 1_000 == 0 ? floor : floor + 1;
  }

  /** Whether the export reads write times to decide which rows it has. */
  public boolean isFiltered() {
    return isBounded() || areChanges;
  }

  /** Whether any row can be left out. */
  public boolean isBounded() {
    return hasAfter() || hasBefore();
  }

  /** Whether the write time lies between the bounds, both exclusive. */
  public boolean admits(long micros) {
    return micros > after && (micros < before || !hasBefore());
  }

  /**
   * Checks that the bounds leave room between them.
   *
   * @throws InvalidSettingException if no write time can lie between them
   */
  public void requireRoom() {
    if (in == WrittenIn.ALL && !isBounded()) {
      throw new InvalidSettingException(
          "writtenIn",
          "writtenIn says nothing without "
              + Setting.WRITTEN_AFTER.mark()
              + " or "
              + Setting.WRITTEN_BEFORE.mark()
              + ": set one");
    }
    if (hasAfter() && hasBefore() && (after >= before || after + 1 == before)) {
      throw new InvalidSettingException(
          BEFORE,
          String.format(
              "No write time is after %s and before %s; both bounds are exclusive",
              text(after), text(before)));
    }
  }

  /** The settings by their names, for a description of the export. */
  public Map<String, String> restrictions() {
    Map<String, String> texts = new LinkedHashMap<>();
    if (hasAfter()) {
      texts.put(AFTER, text(after));
    }
    if (hasBefore()) {
      texts.put(BEFORE, text(before));
    }
    if (isBounded()) {
      texts.put("writtenIn", in.name());
    }
    return texts;
  }

  private boolean hasAfter() {
    return after != Long.MIN_VALUE;
  }

  private boolean hasBefore() {
    return before != Long.MAX_VALUE;
  }

  private static String text(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString();
  }
}
