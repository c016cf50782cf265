package io.ringhaul.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.InvalidSettingException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that windows open and close by local time of their zone. */
class RunWindowTest {

  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  @Test
  void readsTimesDaysAndZone() {
    RunWindow daily = RunWindow.parse("22:00-05:00");
    assertThat(daily.days()).hasSize(7);
    assertThat(daily.from()).isEqualTo(LocalTime.of(22, 0));
    assertThat(daily.to()).isEqualTo(LocalTime.of(5, 0));
    assertThat(daily.zone()).isEqualTo(ZoneId.systemDefault());

    RunWindow full = RunWindow.parse("  mon-Wed,saturday 9:00:30 - 24:00 Europe/Berlin ");
    assertThat(full.days())
        .isEqualTo(
            EnumSet.of(
                DayOfWeek.MONDAY, DayOfWeek.TUESDAY, DayOfWeek.WEDNESDAY, DayOfWeek.SATURDAY));
    assertThat(full.from()).isEqualTo(LocalTime.of(9, 0, 30));
    assertThat(full.to()).isEqualTo(LocalTime.MIDNIGHT);
    assertThat(full.zone()).isEqualTo(BERLIN);
    assertThat(full).hasToString("Mon,Tue,Wed,Sat 09:00:30-24:00 Europe/Berlin");
    assertThat(RunWindow.parse(full.toString())).isEqualTo(full);
    assertThat(RunWindow.parse("Fri-Mon 22:00-05:00 UTC"))
        .hasToString("Mon,Fri,Sat,Sun 22:00-05:00 UTC");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "22:00",
        "22-05",
        "22:00-25:00",
        "24:00-05:00",
        "22:60-05:00",
        "22:00-05:00 Nowhere/City",
        "Mo-Fr 22:00-05:00",
        "Mon-Tue-Wed 22:00-05:00",
        ", 22:00-05:00",
        "22:00-05:00 UTC UTC",
        "08:00-08:00"
      })
  void rejectsOtherTexts(String text) {
    assertThatThrownBy(() -> RunWindow.parse(text))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining("window");
  }

  @ParameterizedTest
  @CsvSource({
    "22:00-05:00, 2026-05-05T21:59:59, false",
    "22:00-05:00, 2026-05-05T22:00:00, true",
    "22:00-05:00, 2026-05-06T00:00:00, true",
    "22:00-05:00, 2026-05-06T04:59:59, true",
    "22:00-05:00, 2026-05-06T05:00:00, false",
    "08:00-17:00, 2026-05-05T08:00:00, true",
    "08:00-17:00, 2026-05-05T17:00:00, false",
    "08:00-17:00, 2026-05-05T23:00:00, false",
    // 5 May 2026 is a Tuesday. The night from Friday to Saturday belongs to Friday.
    "Fri 22:00-05:00, 2026-05-08T23:00:00, true",
    "Fri 22:00-05:00, 2026-05-09T04:00:00, true",
    "Fri 22:00-05:00, 2026-05-08T04:00:00, false",
    "Fri 22:00-05:00, 2026-05-09T23:00:00, false",
    "Sun 00:00-24:00, 2026-05-10T00:00:00, true",
    "Sun 00:00-24:00, 2026-05-10T23:59:59, true",
    "Sun 00:00-24:00, 2026-05-11T00:00:00, false",
    "Sun 20:00-24:00, 2026-05-10T23:59:59, true",
    "Sun 20:00-24:00, 2026-05-11T00:00:00, false"
  })
  void opensAndCloses(String window, LocalDateTime moment, boolean open) {
    Instant instant = moment.toInstant(ZoneOffset.UTC);
    assertThat(RunWindow.parse(window).in(ZoneOffset.UTC).contains(instant)).isEqualTo(open);
  }

  @Test
  void skippedLocalTimesDoNotOccur() {
    // On 29 March 2026 the clocks of Berlin go from 02:00 to 03:00, at 01:00 UTC.
    RunWindow gap = RunWindow.parse("02:00-03:00 Europe/Berlin");
    assertThat(minutes(gap, "2026-03-28T23:00:00Z", 24)).isZero();
    assertThat(gap.nextOpen(Instant.parse("2026-03-28T12:00:00Z")))
        .contains(Instant.parse("2026-03-30T00:00:00Z"));

    RunWindow into = RunWindow.parse("02:30-04:00 Europe/Berlin");
    assertThat(minutes(into, "2026-03-28T23:00:00Z", 24)).isEqualTo(60);
    assertThat(into.nextOpen(Instant.parse("2026-03-29T00:59:59Z")))
        .contains(Instant.parse("2026-03-29T01:00:00Z"));

    // The night is exactly one hour shorter.
    RunWindow night = RunWindow.parse("22:00-05:00 Europe/Berlin");
    assertThat(minutes(night, "2026-03-28T12:00:00Z", 24)).isEqualTo(6 * 60);
  }

  @Test
  void repeatedLocalTimesAreInsideTwice() {
    // On 25 October 2026 the clocks of Berlin go from 03:00 back to 02:00, at 01:00 UTC.
    RunWindow twice = RunWindow.parse("02:00-02:30 Europe/Berlin");
    assertThat(minutes(twice, "2026-10-24T22:00:00Z", 24)).isEqualTo(60);
    assertThat(twice.nextOpen(Instant.parse("2026-10-25T00:30:00Z")))
        .contains(Instant.parse("2026-10-25T01:00:00Z"));
    RunWindow night = RunWindow.parse("22:00-05:00 Europe/Berlin");
    assertThat(minutes(night, "2026-10-24T12:00:00Z", 24)).isEqualTo(8 * 60);
  }

  /** The number of open minutes within this many hours. */
  private static long minutes(RunWindow window, String start, int hours) {
    Instant from = Instant.parse(start);
    return IntStream.range(0, hours * 60)
        .filter(minute -> window.contains(from.plusSeconds(60L * minute)))
        .count();
  }

  @Test
  void returnsNextOpening() {
    RunWindow nights = RunWindow.parse("Mon-Fri 22:00-05:00 Europe/Berlin");
    Instant saturday = Instant.parse("2026-05-09T10:00:00Z");
    assertThat(nights.nextOpen(saturday)).contains(Instant.parse("2026-05-11T20:00:00Z"));
    Instant inside = Instant.parse("2026-05-11T23:00:00Z");
    assertThat(nights.nextOpen(inside)).contains(inside);
    assertThat(Pause.outside(nights, saturday).reason())
        .isEqualTo(
            "The current time is outside of the run window Mon,Tue,Wed,Thu,Fri 22:00-05:00"
                + " Europe/Berlin");
    assertThat(Pause.outside(nights, saturday).until())
        .contains(Instant.parse("2026-05-11T20:00:00Z"));
  }
}
