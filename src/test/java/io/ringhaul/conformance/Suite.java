package io.ringhaul.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.exceptions.MalformedRecordException;
import io.ringhaul.exceptions.UnrepresentableValueException;
import io.ringhaul.format.ImportSource;
import io.ringhaul.format.RowReader;
import io.ringhaul.format.SourcePlan;
import io.ringhaul.format.SourceSession;
import io.ringhaul.format.SourceTask;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.RawRow;
import io.ringhaul.schema.TableDescription;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A third-party test suite in the folder given by {@code -Dconformance}. The table {@code
 * outcomes.tsv} has the expected outcome of each file: suite, file, outcome. An outcome "refused:
 * TEXT" requires an error message that contains TEXT.
 */
public final class Suite {

  private static final String REFUSED = "refused: ";

  private final String name;
  private final Path folder;

  private Suite(String name, Path folder) {
    this.name = name;
    this.folder = folder;
  }

  /** Opens the suite in the subfolder of its name. */
  public static Suite named(String name) {
    String parent = System.getProperty("conformance");
    assertThat(parent)
        .as("-Dconformance=FOLDER must name the folder with checkouts of the suites")
        .isNotNull();
    Path folder = Path.of(Objects.requireNonNull(parent), name);
    assertThat(folder).as("the checkout of %s", name).isDirectory();
    return new Suite(name, folder);
  }

  /**
   * Compares the outcome of each file with the table. Also writes the outcomes to {@code
   * target/conformance}, as lines of the table.
   *
   * @param isCase returns whether a file, given by its path in the suite, is a test case
   */
  public void check(Predicate<String> isCase, Function<Path, String> outcome) throws IOException {
    Map<String, String> expected = table();
    Map<String, String> actual = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        String path = folder.relativize(file).toString();
        if (isCase.test(path)) {
          actual.put(path, outcome.apply(file).replace(file.toString(), "FILE"));
        }
      }
    }
    Path lines = Files.createDirectories(Path.of("target", "conformance")).resolve(name + ".tsv");
    Files.write(
        lines,
        actual.entrySet().stream()
            .map(entry -> name + "\t" + entry.getKey() + "\t" + entry.getValue())
            .toList());
    List<String> problems = new ArrayList<>();
    actual.forEach(
        (file, result) -> {
          String wanted = expected.remove(file);
          if (wanted == null) {
            problems.add(file + " is not in the table: " + result);
          } else if (!isAs(wanted, result)) {
            problems.add(file + ": " + result + "; expected: " + wanted);
          }
        });
    expected.keySet().forEach(file -> problems.add(file + " is in the table and not in the suite"));
    assertThat(problems).as(name).isEmpty();
    long refused = actual.values().stream().filter(result -> result.startsWith(REFUSED)).count();
    System.out.printf(
        "%s: %d files as expected, %d of them refused%n", name, actual.size(), refused);
  }

  private static boolean isAs(String wanted, String result) {
    return wanted.startsWith(REFUSED)
        ? result.startsWith(REFUSED) && result.contains(wanted.substring(REFUSED.length()))
        : result.equals(wanted);
  }

  private Map<String, String> table() throws IOException {
    Map<String, String> rows = new TreeMap<>();
    try (InputStream table = Suite.class.getResourceAsStream("outcomes.tsv")) {
      for (String line : new String(table.readAllBytes(), UTF_8).lines().toList()) {
        String[] fields = line.split("\t", 3);
        if (fields[0].equals(name)) {
          rows.put(fields[1], fields[2]);
        }
      }
    }
    return rows;
  }

  /** Returns a table of text columns; the first is the key. */
  public static TableDescription texts(List<String> columns) {
    List<ColumnDescription> described = new ArrayList<>();
    for (String column : columns) {
      described.add(
          new ColumnDescription(
              column, DataTypes.TEXT, described.isEmpty() ? Kind.PARTITION_KEY : Kind.REGULAR));
    }
    return new TableDescription("ks", "t", described);
  }

  /** Reads the rows of a source like an import; null for each rejected row. */
  public static List<@Nullable List<@Nullable ByteBuffer>> rows(
      ImportSource source, TableDescription table, List<String> columns) {
    List<@Nullable List<@Nullable ByteBuffer>> rows = new ArrayList<>();
    try (SourceSession session = source.open()) {
      SourcePlan plan = session.plan(table, columns, OptionalInt.of(1));
      List<ColumnDescription> selected = table.select(plan.columns());
      for (SourceTask task : plan.tasks()) {
        try (RowReader reader = session.open(plan, selected, task)) {
          while (read(reader, selected.size(), rows)) {}
        }
      }
    }
    return rows;
  }

  private static boolean read(
      RowReader reader, int size, List<@Nullable List<@Nullable ByteBuffer>> rows) {
    try {
      RawRow row = reader.next();
      if (row == null) {
        return false;
      }
      List<@Nullable ByteBuffer> values = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        ByteBuffer value = row.bytes(i);
        values.add(value == null ? null : ByteBuffer.allocate(value.remaining()).put(value).flip());
      }
      rows.add(values);
    } catch (UnrepresentableValueException | MalformedRecordException e) {
      rows.add(null);
    }
    return true;
  }
}
