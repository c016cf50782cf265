package io.ringhaul.internal.write;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.Version;
import io.ringhaul.exceptions.UnsupportedClusterException;
import io.ringhaul.schema.TableDescription;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Cluster versions that the integration tests do not run. */
class MultiCellSupportTest {

  private static final TableDescription TABLE = new TableDescription("ks", "t", List.of());

  @Test
  void refusesMultiCellColumnsOnOldNodes() {
    assertThatThrownBy(
            () -> require(List.of("5.0.6", "4.1.3", "3.11.19", "4.1.3"), "\"m\"", "\"l\""))
        .isInstanceOf(UnsupportedClusterException.class)
        .hasMessage(
            "The cluster (version 3.11.19, 4.1.3) does not tell write times and TTLs of the"
                + " elements of collections and of the fields of user-defined types that are not"
                + " frozen, which takes Cassandra 5.0. In table ks.t these are \"l\", \"m\": name"
                + " the other columns in withWritetime and withTtl, and to filter by write time"
                + " export only those");
  }

  @Test
  void acceptsNewNodesAndSingleCellColumns() {
    assertThatCode(() -> require(List.of("5.0-beta1", "5.1.0"), "\"m\""))
        .doesNotThrowAnyException();
    assertThatCode(() -> require(Arrays.asList((String) null), "\"m\"")).doesNotThrowAnyException();
    assertThatCode(() -> require(List.of("4.0.0"))).doesNotThrowAnyException();
  }

  private static void require(List<@Nullable String> versions, String... columns) {
    List<@Nullable Version> nodes = new ArrayList<>();
    versions.forEach(version -> nodes.add(version == null ? null : Version.parse(version)));
    CellTimeSelection.MultiCellSupport.require(nodes, TABLE, new TreeSet<>(List.of(columns)));
  }
}
