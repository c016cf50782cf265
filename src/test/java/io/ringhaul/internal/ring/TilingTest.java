package io.ringhaul.internal.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.schema.TokenRange;
import io.ringhaul.seeds.Seeds;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class TilingTest {

  private static final long MIN = Long.MIN_VALUE;
  private static final long MAX = Long.MAX_VALUE;

  @Test
  void acceptsRingsInAnyOrder() {
    Seeds.each(
        100,
        random -> {
          List<TokenRange> ranges = ranges(RandomRings.ring(random));
          Collections.shuffle(ranges, random);
          assertThatCode(() -> Tiling.requireWholeRing(ranges)).doesNotThrowAnyException();
        });
  }

  @Test
  void findsMissingAndDuplicateRanges() {
    Seeds.each(
        100,
        random -> {
          List<TokenRange> ranges = ranges(RandomRings.ring(random));
          TokenRange one = ranges.get(random.nextInt(ranges.size()));
          if (!one.unwrap().isEmpty()) {
            ranges.add(one);
            assertThat(Tiling.defect(ranges))
                .hasValueSatisfying(d -> assertThat(d).contains("overlap"));
            ranges.removeIf(one::equals);
            assertThat(Tiling.defect(ranges)).isPresent();
          }
        });
  }

  @Test
  void findsASingleMissingOrDuplicateToken() {
    Seeds.each(
        100,
        random -> {
          List<TokenRange> ranges = ranges(RandomRings.ring(random));
          int index = random.nextInt(ranges.size());
          TokenRange one = ranges.get(index);
          long end = one.endInclusive();
          // Skips the token without rows, and ranges that would become empty.
          if (end > MIN + 1 && end < MAX - 1 && !one.width().equals(BigInteger.ONE)) {
            ranges.set(index, new TokenRange(one.startExclusive(), end - 1));
            assertThat(Tiling.defect(ranges))
                .hasValueSatisfying(
                    d -> assertThat(d).contains("no range covers " + new TokenRange(end - 1, end)));
            if (ranges.size() > 1) {
              ranges.set(index, new TokenRange(one.startExclusive(), end + 1));
              assertThat(Tiling.defect(ranges))
                  .hasValueSatisfying(d -> assertThat(d).contains("overlap"));
            }
          }
        });
  }

  @Test
  void namesTheFirstDefect() {
    assertThatThrownBy(
            () -> Tiling.requireWholeRing(List.of(new TokenRange(5, 9), new TokenRange(12, 5))))
        .isInstanceOf(BulkOperationException.class)
        .hasMessage(
            "The token ranges do not cover the ring exactly once: no range covers (9, 12], which"
                + " follows (5, 9].");
    assertThatThrownBy(
            () -> Tiling.requireWholeRing(List.of(new TokenRange(5, 9), new TokenRange(8, 5))))
        .hasMessageEndingWith("(5, 9] and (8, 5] overlap.");
    assertThatThrownBy(() -> Tiling.requireWholeRing(List.of()))
        .hasMessageEndingWith("there is no range.");
  }

  @Test
  void findsRangesThatCoverTheRingTwice() {
    assertThat(Tiling.defect(List.of(new TokenRange(3, 3)))).isEmpty();
    assertThat(Tiling.defect(List.of(new TokenRange(3, 3), new TokenRange(3, 3)))).isPresent();
    assertThat(Tiling.defect(List.of(new TokenRange(3, 3), new TokenRange(4, 4)))).isPresent();
    assertThat(
            Tiling.defect(
                List.of(new TokenRange(0, 10), new TokenRange(10, 5), new TokenRange(5, 0))))
        .isPresent();
    assertThat(Tiling.defect(List.of(new TokenRange(3, 4)))).isPresent();
  }

  @Test
  void ignoresTheTokenWithoutRows() {
    assertThat(Tiling.defect(List.of(new TokenRange(MIN, MAX)))).isEmpty();
    assertThat(Tiling.defect(List.of(new TokenRange(MAX, MAX)))).isEmpty();
    assertThat(Tiling.defect(List.of(new TokenRange(MAX, 3), new TokenRange(3, MIN)))).isEmpty();
    assertThat(Tiling.defect(List.of(new TokenRange(MIN, 3), new TokenRange(3, MAX)))).isEmpty();
    assertThat(
            Tiling.defect(
                List.of(new TokenRange(MIN, 3), new TokenRange(3, MAX), new TokenRange(MAX, MIN))))
        .isEmpty();
    assertThat(Tiling.defect(List.of(new TokenRange(MAX, MIN)))).isPresent();
    assertThat(Tiling.defect(List.of(new TokenRange(MIN + 1, MAX)))).isPresent();
  }

  private static List<TokenRange> ranges(TokenRing ring) {
    List<TokenRange> ranges = new ArrayList<>();
    ring.ranges().forEach(range -> ranges.add(range.range()));
    return ranges;
  }
}
