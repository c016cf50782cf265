package io.ringhaul.internal.write;

import com.datastax.oss.driver.api.core.Version;
import io.ringhaul.exceptions.Setting;
import io.ringhaul.exceptions.UnsupportedClusterException;
import io.ringhaul.schema.TableDescription;
import java.util.Collection;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Whether a cluster tells the times of each element of a collection. */
final class MultiCellSupport {

  /** The first major version that does. ScyllaDB calls itself an older one, and does not. */
  private static final int SINCE = 5;

  private MultiCellSupport() {}

  /**
   * Checks that all nodes do; those whose version is not known may.
   *
   * @param columns the columns concerned, quoted
   * @throws UnsupportedClusterException if a node does not and there are such columns
   */
  static void require(
      Collection<? extends @Nullable Version> nodes,
      TableDescription table,
      SortedSet<String> columns) {
    String tooOld =
        nodes.stream()
            .filter(Objects::nonNull)
            .filter(version -> version.getMajor() < SINCE)
            .map(Version::toString)
            .collect(Collectors.toCollection(TreeSet::new))
            .stream()
            .collect(Collectors.joining(", "));
    if (!columns.isEmpty() && !tooOld.isEmpty()) {
      throw new UnsupportedClusterException(
          String.format(
              "The cluster (version %s) does not tell write times and TTLs of the elements of"
                  + " collections and of the fields of user-defined types that are not frozen,"
                  + " which takes Cassandra %d.0. In table %s these are %s: name the other columns"
                  + " in %s and %s, and to filter by write time export only those",
              tooOld,
              SINCE,
              table,
              String.join(", ", columns),
              Setting.WITH_WRITETIME.mark(),
              Setting.WITH_TTL.mark()));
    }
  }
}
