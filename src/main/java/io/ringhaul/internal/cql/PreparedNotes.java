package io.ringhaul.internal.cql;

import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Notes on prepared statements. A note is kept as long as the application or the driver holds the
 * statement, since applications may prepare without limit. Thread-safe.
 *
 * @param <V> type of a note; must not refer to the statement
 */
final class PreparedNotes<V> {

  /** A map key; two keys are equal if they have the same statement. */
  private interface Key {

    /** Returns the statement; null if it was garbage-collected. */
    @Nullable PreparedStatement prepared();

    default boolean isSameAs(@Nullable Object other) {
      PreparedStatement mine = prepared();
      return this == other || (mine != null && other instanceof Key key && key.prepared() == mine);
    }
  }

  /** A key for lookups, which is never stored. */
  private record Lookup(PreparedStatement prepared) implements Key {

    @Override
    public boolean equals(@Nullable Object other) {
      return isSameAs(other);
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(prepared);
    }
  }

  private static final class Kept extends WeakReference<PreparedStatement> implements Key {

    private final int hash;

    private Kept(PreparedStatement prepared, ReferenceQueue<PreparedStatement> gone) {
      super(prepared, gone);
      this.hash = System.identityHashCode(prepared);
    }

    @Override
    public @Nullable PreparedStatement prepared() {
      return get();
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return isSameAs(other);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  private record Found<V>(WeakReference<PreparedStatement> key, V note) {}

  /**
   * Caches the last note found: most statements use the same prepared statement as the previous
   * one.
   */
  private volatile @Nullable Found<V> found;

  private final Map<Key, V> notes = new ConcurrentHashMap<>();
  private final ReferenceQueue<PreparedStatement> gone = new ReferenceQueue<>();

  /** Returns the last note on a statement; null if there is none. */
  @Nullable V get(PreparedStatement prepared) {
    Found<V> before = found;
    if (before != null && before.key().refersTo(prepared)) {
      return before.note();
    }
    Lookup lookup = new Lookup(prepared);
    V note = notes.get(lookup);
    if (note != null) {
      found = new Found<>(new WeakReference<>(prepared), note);
      if (notes.get(lookup) != note) {
        // Another thread stored another note concurrently.
        found = null;
      }
    }
    return note;
  }

  /** Stores a note and evicts the notes of collected statements. */
  void put(PreparedStatement prepared, V note) {
    forgetWhatIsGone();
    notes.put(new Kept(prepared, gone), note);
    found = null;
  }

  /** Returns the number of statements with a note. */
  int size() {
    forgetWhatIsGone();
    return notes.size();
  }

  private void forgetWhatIsGone() {
    for (Reference<?> each = gone.poll(); each != null; each = gone.poll()) {
      notes.remove(each);
    }
  }
}
