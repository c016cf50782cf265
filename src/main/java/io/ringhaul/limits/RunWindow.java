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
 * The hours in which a job may ask the cluster for something, by what the clocks of a time zone
 * show: where they are put forward, times that they leave out do not occur; where they are put
 * back, times that they show twice are inside twice.
 *
 * @param days the days on which the window opens; the hours after midnight belong to the day before
 * @param from the time at which it opens
 * @param to the time from which it is closed; midnight is the end of the day, and one that is not
 *     after {@code from} is on the next day
 * @param zone whose clocks count
 */
public record RunWindow(Set<DayOfWeek> days, LocalTime from, LocalTime to, ZoneId zone) {

  /** A time that the clocks leave out one week is there the next. */
  private static final int DAYS_AHEAD = 15;

  /**
   * Checks the values.
   *
   * @throws InvalidSettingException if the window never opens, or never closes without being whole
   *     days
   */
  public RunWindow {
    days = Set.copyOf(days);
    if (days.isEmpty()) {
      throw new InvalidSettingException("runWindow", "A window takes at least one day");
    }
    if (from.equals(to) && !from.equals(LocalTime.MIDNIGHT)) {
      throw new InvalidSettingException(
          "runWindow",
          String.format(
              "The window %s-%s ends when it begins; a whole day is 00:00-24:00", from, to));
    }
  }

  /**
   * Reads a window such as {@code 22:00-05:00}, {@code Mon-Fri 22:00-05:00}, {@code Sat,Sun
   * 00:00-24:00} or {@code 22:00-05:00 Europe/Berlin}. Without days it opens every day, without a
   * zone the clocks of this process's default time zone count. Times may have seconds.
   *
   * @throws InvalidSettingException if the text is none
   */
  public static RunWindow parse(String text) {
    return RunWindowText.parse(text);
  }

  /** Returns this window on the clocks of another zone. */
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
   * When the window is open next: that moment itself if it is open then.
   *
   * @return empty if that is more than two weeks away
   */
  public Optional<Instant> nextOpen(Instant moment) {
    List<Instant> candidates = new ArrayList<>(List.of(moment));
    LocalDate today = moment.atZone(zone).toLocalDate();
    for (int i = 0; i < DAYS_AHEAD; i++) {
      ZonedDateTime opening = ZonedDateTime.of(today.plusDays(i), from, zone);
      candidates.add(opening.withEarlierOffsetAtOverlap().toInstant());
      candidates.add(opening.withLaterOffsetAtOverlap().toInstant());
    }
    // The clocks may be put right into the window.
    ZoneOffsetTransition change = zone.getRules().nextTransition(moment);
    if (change != null) {
      candidates.add(change.getInstant());
    }
    return candidates.stream()
        .filter(candidate -> !candidate.isBefore(moment) && contains(candidate))
        .min(Instant::compareTo);
  }

  /** As {@link #parse} reads it, with the zone. */
  @Override
  public String toString() {
    return RunWindowText.of(this);
  }
}
