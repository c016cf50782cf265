package io.ringhaul.internal.request;

import com.datastax.oss.driver.api.core.Version;
import java.util.Collection;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The versions that nodes report. ScyllaDB reports a version of Cassandra before 4.0. */
public final class NodeVersions {

  private NodeVersions() {}

  /**
   * Returns the different versions before a major version, sorted and joined; empty if there are
   * none. A node of unknown version does not count.
   */
  public static String before(int major, Collection<? extends @Nullable Version> nodes) {
    return nodes.stream()
        .filter(Objects::nonNull)
        .filter(version -> version.getMajor() < major)
        .map(Version::toString)
        .collect(Collectors.toCollection(TreeSet::new))
        .stream()
        .collect(Collectors.joining(", "));
  }
}
