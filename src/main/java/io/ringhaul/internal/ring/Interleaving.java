package io.ringhaul.internal.ring;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Merges lists so that the members of each are spread evenly over the result: lists of the same
 * length go round robin. Two members of one list follow each other only if that list has more than
 * half of all members, and then only as often as it must be.
 */
final class Interleaving<T> {

  private final PriorityQueue<Cursor<T>> queue = new PriorityQueue<>();
  private @Nullable Cursor<T> longest;
  private int left;

  private Interleaving(List<List<T>> lists) {
    for (int i = 0; i < lists.size(); i++) {
      Cursor<T> cursor = new Cursor<>(lists.get(i), i);
      left += cursor.left();
      if (cursor.left() > 0) {
        queue.add(cursor);
      }
      if (longest == null || cursor.left() > longest.left()) {
        longest = cursor;
      }
    }
  }

  static <T> List<T> of(List<List<T>> lists) {
    return new Interleaving<>(lists).merge();
  }

  private List<T> merge() {
    List<T> result = new ArrayList<>(left);
    Cursor<T> last = null;
    for (Cursor<T> next = poll(last); next != null; next = poll(last)) {
      result.add(next.list.get(next.taken++));
      left--;
      if (next.left() > 0) {
        queue.add(next);
      }
      last = next;
    }
    return result;
  }

  /** The list to take from next; not the last one again if that can be helped. */
  private @Nullable Cursor<T> poll(@Nullable Cursor<T> last) {
    Cursor<T> most = longest;
    // From here on every second place has to be the longest list's.
    if (most != null && most != last && 2 * most.left() > left && queue.remove(most)) {
      return most;
    }
    Cursor<T> next = queue.poll();
    if (next == null || next != last) {
      return next;
    }
    Cursor<T> other = queue.poll();
    if (other == null) {
      return next;
    }
    queue.add(next);
    return other;
  }

  private static final class Cursor<T> implements Comparable<Cursor<T>> {
    private final List<T> list;
    private final int number;
    private int taken;

    Cursor(List<T> list, int number) {
      this.list = list;
      this.number = number;
    }

    int left() {
      return list.size() - taken;
    }

    /** By the place of the next member, from 0 to 1: (taken + 1/2) / size. */
    @Override
    public int compareTo(Cursor<T> other) {
      int byPlace =
          Long.compare((2L * taken + 1) * other.list.size(), (2L * other.taken + 1) * list.size());
      return byPlace != 0 ? byPlace : Integer.compare(number, other.number);
    }
  }
}
