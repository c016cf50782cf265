package io.ringhaul.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The same mapping has the same effect in DSBulk and in Ringhaul. */
@ClusterTest
@TestInstance(Lifecycle.PER_CLASS)
class DsBulkMappingInterop {

  private final CqlSession session = TestCluster.session();
  private final String keyspace = TestCluster.newKeyspace(1);

  @TempDir private Path folder;

  @BeforeAll
  void createTables() {
    for (String table : List.of("a", "b")) {
      TestCluster.define(
          "CREATE TABLE "
              + keyspace
              + "."
              + table
              + " (id int PRIMARY KEY, \"Name\" text, total int, note text, created timestamp)");
    }
  }

  @BeforeEach
  void emptyTables() {
    Stream.of("a", "b").forEach(table -> session.execute("TRUNCATE " + keyspace + "." + table));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "x = id, y = \"Name\"                       | x,y,z",
        "x:id, y : \"Name\", z: total               | x,y,z",
        "x = id, \"y\" = \"Name\"                   | x,y,z",
        "* = *                                      | id,Name,total",
        "*=*, x = id                                | x,Name,total",
        "* = -total                                 | id,Name,total",
        "* = [-total, -\"Name\"]                    | id,Name,total",
        "id, \"Name\"                               | id,Name,total",
        "X = id, Y = \"Name\"                       | X,Y,Z",
        "0 = id, 2 = total                          | ",
        "id, \"Name\", total                        | ",
        "2 = total, 0 = id                          | ",
        "1 = \"Name\", 0 = id                       | ",
      })
  void loadsTheSameRows(String mapping, String header) throws Exception {
    List<String> lines = new ArrayList<>();
    boolean isIndexed = header == null;
    for (int i = 0; i < 20; i++) {
      lines.add(i + ",name " + i + "," + i * 3);
    }
    if (!isIndexed) {
      lines.add(0, header);
    }
    Path file = Files.write(folder.resolve("in.csv"), lines);

    new DsBulk(folder)
        .load(
            keyspace,
            "a",
            "csv",
            file,
            "-m",
            mapping,
            "-header",
            String.valueOf(!isIndexed),
            "--schema.allowMissingFields",
            "true")
        .requireExit(0);
    List<String> options = new ArrayList<>(List.of("--format", "csv", "--mapping", mapping));
    if (isIndexed) {
      options.add("--header=false");
    }
    new RinghaulProgram(folder).run("import", keyspace, "b", file, options);

    assertThat(rows("b")).hasSize(20).isEqualTo(rows("a"));
  }

  @Test
  void loadsTheSameTtls() throws Exception {
    Path file = Files.write(folder.resolve("in.csv"), List.of("x,y,s", "1,2,90000", "2,3,5000"));
    for (String mapping :
        List.of("x = id, y = total, s = __ttl", "x = id, y = total, s = ttl(*)")) {
      emptyTables();
      new DsBulk(folder)
          .load(keyspace, "a", "csv", file, "-m", mapping.replace("ttl(*)", "__ttl"))
          .requireExit(0);
      new RinghaulProgram(folder)
          .run("import", keyspace, "b", file, List.of("--format", "csv", "-m", mapping));

      assertThat(ttls("b")).isEqualTo(ttls("a")).containsExactly("1: 90", "2: 5");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x = id, y = \"Name\"",
        "x:id, \"y\": \"Name\"",
        "* = *",
        "*=*, x = id",
        "* = -total",
        "* = [-total, -\"Name\"]",
        "id, total",
        "X = id, day = todate(created)",
        "a = id, b = intasblob(total)",
      })
  void unloadsTheSameFields(String mapping) throws Exception {
    fill();
    Path theirs = folder.resolve("theirs");
    new DsBulk(folder).unload(keyspace, "a", "csv", theirs, "-m", mapping, "-header", "true");
    Path ours = folder.resolve("ours");
    new RinghaulProgram(folder)
        .run(
            "export",
            keyspace,
            "a",
            ours,
            List.of("--format", "csv", "--dialect", "dsbulk", "--mapping", mapping));

    assertThat(records(ours)).hasSize(20).containsExactlyInAnyOrderElementsOf(records(theirs));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT id, total AS amount FROM %s.a",
        "SELECT id, toDate(created) AS day FROM %s.a WHERE total > 30 ALLOW FILTERING",
        "SELECT * FROM %s.a",
      })
  void unloadsTheSameQueries(String query) throws Exception {
    fill();
    String select = query.formatted(keyspace);
    Path theirs = folder.resolve("theirs");
    new DsBulk(folder).query(select, theirs);
    Path ours = folder.resolve("ours");
    new RinghaulProgram(folder)
        .run(
            "export",
            keyspace,
            "a",
            ours,
            List.of("--format", "csv", "--dialect", "dsbulk", "--query", select));

    assertThat(records(ours)).isNotEmpty().containsExactlyInAnyOrderElementsOf(records(theirs));
  }

  private void fill() {
    for (int i = 0; i < 20; i++) {
      session.execute(
          "INSERT INTO "
              + keyspace
              + ".a (id, \"Name\", total, note, created) VALUES (?, ?, ?, 'n', '2024-02-29')",
          i,
          "name " + i,
          i * 3);
    }
  }

  private List<String> rows(String table) {
    return session.execute("SELECT * FROM " + keyspace + "." + table).all().stream()
        .map(row -> row.getFormattedContents())
        .sorted()
        .toList();
  }

  /** TTLs in thousands of seconds, rounded up. */
  private List<String> ttls(String table) {
    return session.execute("SELECT id, ttl(total) FROM " + keyspace + "." + table).all().stream()
        .map(row -> row.getInt(0) + ": " + (row.getInt(1) + 999) / 1_000)
        .sorted()
        .toList();
  }

  /** The records of all files by the names of their fields. */
  private static List<Map<String, String>> records(Path folder) throws IOException {
    List<Map<String, String>> records = new ArrayList<>();
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder)) {
      files = all.filter(file -> file.toString().endsWith(".csv")).toList();
    }
    for (Path file : files) {
      List<String> lines = Files.readAllLines(file);
      List<String> names = List.of(lines.get(0).split(",", -1));
      for (String line : lines.subList(1, lines.size())) {
        List<String> values = List.of(line.split(",", -1));
        Map<String, String> record = new TreeMap<>();
        for (int i = 0; i < names.size(); i++) {
          record.put(names.get(i), values.get(i));
        }
        records.add(record);
      }
    }
    return records;
  }
}
