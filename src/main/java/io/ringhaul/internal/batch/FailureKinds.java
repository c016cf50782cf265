package io.ringhaul.internal.batch;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import io.ringhaul.internal.request.Failures;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Names failures for counting them. A failure that had a name once keeps it, so that no count ever
 * falls. Thread-safe.
 */
final class FailureKinds {

  /** What is not told apart. */
  static final String OTHER = "Other";

  private static final String SUFFIX = "Exception";

  private final int most;
  private final Set<String> known = ConcurrentHashMap.newKeySet();

  /** Tells so many kinds apart, those that come first. */
  FailureKinds(int most) {
    this.most = most;
  }

  /**
   * The name of the exception's class without {@code Exception}, such as {@code WriteTimeout}. If
   * all nodes failed in the same way, that way is the kind.
   */
  String of(Throwable failure) {
    String kind = name(failure);
    return known.contains(kind) || learn(kind) ? kind : OTHER;
  }

  private synchronized boolean learn(String kind) {
    return known.contains(kind) || (known.size() < most && known.add(kind));
  }

  private static String name(Throwable failure) {
    Throwable cause = Failures.unwrap(failure);
    if (cause instanceof AllNodesFailedException all) {
      Set<String> names =
          all.getAllErrors().values().stream()
              .flatMap(List::stream)
              .map(FailureKinds::name)
              .collect(Collectors.toSet());
      if (names.size() == 1) {
        return names.iterator().next();
      }
    }
    String name = cause.getClass().getSimpleName();
    if (name.isEmpty()) {
      return OTHER;
    }
    return name.endsWith(SUFFIX) && name.length() > SUFFIX.length()
        ? name.substring(0, name.length() - SUFFIX.length())
        : name;
  }
}
