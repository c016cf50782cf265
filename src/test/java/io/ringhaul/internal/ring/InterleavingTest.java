package io.ringhaul.internal.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringhaul.internal.ring.TokenRangeSplitter.Interleaving;
import io.ringhaul.seeds.Seeds;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class InterleavingTest {

  @Test
  void alternatesListsOfTheSameLength() {
    assertThat(Interleaving.of(List.of(List.of("a", "A"), List.of("b", "B"), List.of("c", "C"))))
        .containsExactly("a", "b", "c", "A", "B", "C");
  }

  @Test
  void spreadsElementsEvenly() {
    assertThat(Interleaving.of(List.of(copies("a", 3), copies("b", 1), copies("c", 1))))
        .containsExactly("a", "b", "a", "c", "a");
    assertThat(Interleaving.of(List.of(copies("a", 1), copies("b", 6))))
        .containsExactly("b", "a", "b", "b", "b", "b", "b");
    assertThat(Interleaving.of(List.<List<String>>of())).isEmpty();
  }

  @Test
  void separatesElementsOfOneListWherePossible() {
    Seeds.each(
        3_000,
        random -> {
          List<List<Integer>> lists = new ArrayList<>();
          int total = 0;
          int longest = 0;
          for (int i = 1 + random.nextInt(6); i > 0; i--) {
            int size = random.nextInt(random.nextBoolean() ? 4 : 20);
            lists.add(Collections.nCopies(size, i));
            total += size;
            longest = Math.max(longest, size);
          }
          List<Integer> merged = Interleaving.of(lists);
          assertThat(merged).hasSize(total);
          int repeats = 0;
          for (int i = 1; i < total; i++) {
            repeats += merged.get(i).equals(merged.get(i - 1)) ? 1 : 0;
          }
          assertThat(repeats)
              .as("repeats in %s", merged)
              .isEqualTo(Math.max(0, 2 * longest - total - 1));
        });
  }

  private static List<String> copies(String member, int count) {
    return Collections.nCopies(count, member);
  }
}
