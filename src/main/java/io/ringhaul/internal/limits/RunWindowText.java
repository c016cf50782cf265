package io.ringhaul.internal.limits;

import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.limits.RunWindow;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.TextStyle;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The written form of a {@link RunWindow}. */
public final class RunWindowText {

  private static final String TIME = "\\d{1,2}:\\d{2}(?::\\d{2})?";
  private static final Pattern WINDOW =
      Pattern.compile(
          "(?:(?<days>[A-Za-z][A-Za-z,\\s-]*?)\\s+)?"
              + ("(?<from>" + TIME + ")\\s*-\\s*(?<to>" + TIME + ")")
              + "(?:\\s+(?<zone>\\S+))?");
  private static final Pattern END_OF_DAY = Pattern.compile("24:00(:00)?");

  private RunWindowText() {}

  public static RunWindow parse(String text) {
    Matcher window = WINDOW.matcher(text.strip());
    if (!window.matches()) {
      throw invalid(text);
    }
    try {
      return new RunWindow(
          window.group("days") == null
              ? EnumSet.allOf(DayOfWeek.class)
              : days(window.group("days")),
          time(window.group("from")),
          END_OF_DAY.matcher(window.group("to")).matches()
              ? LocalTime.MIDNIGHT
              : time(window.group("to")),
          window.group("zone") == null ? ZoneId.systemDefault() : ZoneId.of(window.group("zone")));
    } catch (DateTimeException | IllegalArgumentException e) {
      throw invalid(text);
    }
  }

  public static String of(RunWindow window) {
    String days = window.days().size() == 7 ? "" : days(window.days()) + " ";
    String to = window.to().equals(LocalTime.MIDNIGHT) ? "24:00" : window.to().toString();
    return days + window.from() + "-" + to + " " + window.zone();
  }

  private static String days(Set<DayOfWeek> days) {
    return days.stream()
        .sorted()
        .map(day -> day.getDisplayName(TextStyle.SHORT, Locale.ROOT))
        .collect(Collectors.joining(","));
  }

  private static LocalTime time(String text) {
    return LocalTime.parse(text.indexOf(':') == 1 ? "0" + text : text);
  }

  private static Set<DayOfWeek> days(String text) {
    Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
    for (String part : text.split(",", -1)) {
      String[] ends = part.split("-", -1);
      if (ends.length > 2) {
        throw new IllegalArgumentException(part);
      }
      DayOfWeek last = day(ends[ends.length - 1]);
      DayOfWeek day = day(ends[0]);
      days.add(day);
      while (day != last) {
        day = day.plus(1);
        days.add(day);
      }
    }
    return days;
  }

  private static DayOfWeek day(String text) {
    String name = text.strip().toUpperCase(Locale.ROOT);
    for (DayOfWeek day : DayOfWeek.values()) {
      if (name.equals(day.name()) || name.equals(day.name().substring(0, 3))) {
        return day;
      }
    }
    throw new IllegalArgumentException(text);
  }

  private static InvalidSettingException invalid(String text) {
    return new InvalidSettingException(
        "runWindow",
        String.format(
            "\"%s\" is not a run window; use a form such as 22:00-05:00, Mon-Fri 22:00-05:00 or"
                + " 22:00-05:00 Europe/Berlin",
            text));
  }
}
