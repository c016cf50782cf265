package io.ringhaul.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.cluster.TableComparison;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** A job as command line arguments, with a check of its result. */
interface Work {

  /** Returns the command and its options. */
  List<String> command();

  /** Checks that the result is exact and that no other files are left. */
  void assertExact(UUID job) throws IOException, InterruptedException;

  /**
   * An export of a table.
   *
   * @param folder an empty folder for this export only
   */
  record Export(FaultTable table, Shape shape, Path folder) implements Work {

    @Override
    public List<String> command() {
      List<String> words = words("export", table.keyspace() + ".source", shape, folder);
      words.addAll(shape.exportOptions());
      return words;
    }

    @Override
    public void assertExact(UUID job) throws IOException {
      ExportedRows.assertExact(shape, folder, job, table);
    }
  }

  /**
   * An import of an export.
   *
   * @param folder the folder of the export
   * @param into the name of an empty table
   */
  record Import(CqlSession session, FaultTable table, Shape shape, Path folder, String into)
      implements Work {

    @Override
    public List<String> command() {
      return words("import", table.keyspace() + "." + into, shape, folder);
    }

    @Override
    public void assertExact(UUID job) throws InterruptedException {
      assertCopied(session, table, into);
      assertThat(Files.exists(folder.resolve("rejects"))).isFalse();
    }
  }

  /**
   * A copy of the table.
   *
   * @param into the name of an empty table
   */
  record Copy(CqlSession session, FaultTable table, String into) implements Work {

    @Override
    public List<String> command() {
      return List.of("copy", table.keyspace() + "." + into, "--from", table.keyspace() + ".source");
    }

    @Override
    public void assertExact(UUID job) throws InterruptedException {
      assertCopied(session, table, into);
    }
  }

  /**
   * A deletion of the rows with a flag.
   *
   * @param from the name of a table with all rows
   */
  record Delete(CqlSession session, FaultTable table, String from) implements Work {

    @Override
    public List<String> command() {
      return List.of(
          "delete",
          table.keyspace() + "." + from,
          "--where",
          "flag = true",
          "--allow-filtering",
          "--apply");
    }

    @Override
    public void assertExact(UUID job) {
      assertThat(rows(from, "flag = true")).isZero();
      assertThat(rows(from, "flag = false")).isPositive().isEqualTo(rows("source", "flag = false"));
    }

    private long rows(String name, String condition) {
      String cql = "SELECT pk FROM " + table.keyspace() + "." + name + " WHERE " + condition;
      return session.execute(cql + " ALLOW FILTERING").all().size();
    }
  }

  private static void assertCopied(CqlSession session, FaultTable table, String into)
      throws InterruptedException {
    TableComparison.Outcome compared =
        new TableComparison(session).compare(table.keyspace(), "source", into);
    assertThat(compared.difference()).isEmpty();
    assertThat(compared.rows()).isEqualTo(table.rows());
  }

  private static List<String> words(String operation, String table, Shape shape, Path folder) {
    List<String> words = new ArrayList<>(List.of(operation, table));
    words.addAll(shape.options(folder));
    return words;
  }
}
