package io.ringhaul.internal.cql;

import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What is known of prepared statements, as long as anybody else has them: an application may
 * prepare without bound, and the driver forgets what nobody uses. Thread-safe.
 *
 * @param <V> what is known; must not refer to the statement
 */
final class PreparedNotes<V> {

  /** A key of the map; two are equal if they are of the same statement. */
  private interface Key {

    /** Null if it is gone. */
    @Nullable PreparedStatement prepared();

    default boolean isSameAs(@Nullable Object other) {
      PreparedStatement mine = prepared();
      return this == other || (mine != null && other instanceof Key key && key.prepared() == mine);
    }
  }

  /** Finds what was noted, and is not kept. */
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

  /** Most statements are of the same kind as the one before. */
  private volatile @Nullable Found<V> found;

  private final Map<Key, V> notes = new ConcurrentHashMap<>();
  private final ReferenceQueue<PreparedStatement> gone = new ReferenceQueue<>();

  /** What was noted last; null if nothing was. */
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
        // Another thread has noted something else meanwhile.
        found = null;
      }
    }
    return note;
  }

  /** Notes it, and forgets what nobody has any more. */
  void put(PreparedStatement prepared, V note) {
    forgetWhatIsGone();
    notes.put(new Kept(prepared, gone), note);
    found = null;
  }

  /** Of how many statements something is known. */
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
