package io.ringhaul.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.cli.TableComparison;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** What a job does, in words of the command line, and how its result is judged. */
interface Work {

  /** The command and its options. */
  List<String> command();

  /** Checks that the result is exact and that nothing else is left. */
  void assertExact(UUID job) throws IOException, InterruptedException;

  /**
   * The export of a table.
   *
   * @param folder for nothing but this export
   */
  record Export(FaultTable table, Shape shape, Path folder) implements Work {

    @Override
    public List<String> command() {
      return words("export", table.keyspace() + ".source", shape, folder);
    }

    @Override
    public void assertExact(UUID job) throws IOException {
      ExportedRows.assertExact(shape, folder, job, table);
    }
  }

  /**
   * The import of an export.
   *
   * @param folder that of the export
   * @param into an empty table
   */
  record Import(CqlSession session, FaultTable table, Shape shape, Path folder, String into)
      implements Work {

    @Override
    public List<String> command() {
      return words("import", table.keyspace() + "." + into, shape, folder);
    }

    @Override
    public void assertExact(UUID job) throws InterruptedException {
      TableComparison.Outcome compared =
          new TableComparison(session).compare(table.keyspace(), "source", into);
      assertThat(compared.difference()).isEmpty();
      assertThat(compared.rows()).isEqualTo(table.rows());
      assertThat(Files.exists(folder.resolve("rejects"))).isFalse();
    }
  }

  private static List<String> words(String operation, String table, Shape shape, Path folder) {
    List<String> words = new ArrayList<>(List.of(operation, table));
    words.addAll(shape.options(folder));
    return words;
  }
}
