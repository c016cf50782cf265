package io.ringhaul.limits;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.internal.limits.RunWindowText;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The hours in which a job may send requests, in local time of a zone. Local times that a daylight
 * saving change skips do not occur; local times that a change repeats are in the window both times.
 *
 * @param days the days on which the window opens; a window that spans midnight belongs to the day
 *     on which it opens
 * @param from the opening time
 * @param to the closing time, exclusive; midnight is the end of the day, and a time not after
 *     {@code from} is on the next day
 * @param zone the zone of the times
 */
public record RunWindow(Set<DayOfWeek> days, LocalTime from, LocalTime to, ZoneId zone) {

  /** Two weeks: an opening time that a daylight saving change skips exists one week later. */
  private static final int DAYS_AHEAD = 15;

  /**
   * Checks the values.
   *
   * @throws InvalidSettingException if there are no days, or {@code from} equals {@code to} and is
   *     not midnight
   */
  public RunWindow {
    days = Set.copyOf(days);
    if (days.isEmpty()) {
      throw new InvalidSettingException("runWindow", "A run window needs at least one day");
    }
    if (from.equals(to) && !from.equals(LocalTime.MIDNIGHT)) {
      throw new InvalidSettingException(
          "runWindow",
          String.format("The run window %s-%s is empty; a whole day is 00:00-24:00", from, to));
    }
  }

  /**
   * Reads a window such as {@code 22:00-05:00}, {@code Mon-Fri 22:00-05:00}, {@code Sat,Sun
   * 00:00-24:00} or {@code 22:00-05:00 Europe/Berlin}. Default days: every day. Default zone: the
   * default time zone of this process. Times may have seconds.
   *
   * @throws InvalidSettingException if the text is not a window
   */
  public static RunWindow parse(String text) {
    return RunWindowText.parse(text);
  }

  /** Returns this window in another zone. */
  public RunWindow in(ZoneId other) {
    return new RunWindow(days, from, to, other);
  }

  /** Whether the window is open at that moment. */
  public boolean contains(Instant moment) {
    ZonedDateTime there = moment.atZone(zone);
    LocalTime time = there.toLocalTime();
    DayOfWeek day = there.getDayOfWeek();
    boolean opened = days.contains(day) && !time.isBefore(from);
    if (from.isBefore(to)) {
      return opened && time.isBefore(to);
    }
    return opened || (days.contains(day.minus(1)) && time.isBefore(to));
  }

  /**
   * Returns the next moment at which the window is open: the given moment if it is open then.
   *
   * @return empty if it does not open within two weeks
   */
  public Optional<Instant> nextOpen(Instant moment) {
    List<Instant> candidates = new ArrayList<>(List.of(moment));
    LocalDate today = moment.atZone(zone).toLocalDate();
    for (int i = 0; i < DAYS_AHEAD; i++) {
      ZonedDateTime opening = ZonedDateTime.of(today.plusDays(i), from, zone);
      candidates.add(opening.withEarlierOffsetAtOverlap().toInstant());
      candidates.add(opening.withLaterOffsetAtOverlap().toInstant());
    }
    // A daylight saving change may jump into the window.
    ZoneOffsetTransition change = zone.getRules().nextTransition(moment);
    if (change != null) {
      candidates.add(change.getInstant());
    }
    return candidates.stream()
        .filter(candidate -> !candidate.isBefore(moment) && contains(candidate))
        .min(Instant::compareTo);
  }

  /** Returns the form that {@link #parse} reads, with the zone. */
  @Override
  public String toString() {
    return RunWindowText.of(this);
  }
}
