package io.ringhaul.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Checks the files of an export with DuckDB. */
final class ExportedRows {

  private ExportedRows() {}

  /**
   * Checks that the export holds each row of the table exactly once and that no other file is left.
   */
  static void assertExact(Shape shape, Path folder, UUID job, FaultTable table) throws IOException {
    List<Path> visible = shape.visible(folder, job);
    Set<Path> left = new HashSet<>(shape.all(folder));
    visible.forEach(left::remove);
    assertThat(left).as("unexpected files").isEmpty();
    assertSame(read(shape, visible), table.texts());
  }

  /** Compares row by row, because a failed comparison of the lists would print all rows. */
  private static void assertSame(List<String> actual, List<String> expected) {
    for (int i = 0; i < Math.min(actual.size(), expected.size()); i++) {
      if (!actual.get(i).equals(expected.get(i))) {
        assertThat(actual.get(i)).as("row %d of %d", i, actual.size()).isEqualTo(expected.get(i));
      }
    }
    assertThat(actual.size()).as("rows").isEqualTo(expected.size());
  }

  private static List<String> read(Shape shape, List<Path> files) {
    String query =
        String.format(
            "SELECT %s FROM %s ORDER BY CAST(pk AS INT), CAST(ck AS INT)",
            FaultTable.COLUMNS.stream()
                .map(column -> "CAST(" + column + " AS VARCHAR)")
                .collect(Collectors.joining(", ")),
            shape.reader(files));
    List<String> rows = new ArrayList<>();
    try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckDb.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      while (result.next()) {
        @Nullable String[] values = new String[FaultTable.COLUMNS.size()];
        for (int i = 0; i < values.length; i++) {
          values[i] = result.getString(i + 1);
        }
        rows.add(FaultTable.text(values));
      }
    } catch (SQLException e) {
      throw new IllegalStateException(query, e);
    }
    return rows;
  }
}
