package io.ringhaul.readme;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The unpacked archive of a release in the hands of a user who has nothing else. */
@ClusterTest
class ArchiveStranger {

  private static final int ROWS = 2_000;
  private static final int MAX_SECONDS = 300;
  private static final Pattern FIRST_EXPORT = Pattern.compile("first export ends after (\\d+) s");
  private static final Pattern EARLIER_ROWS = Pattern.compile("\"earlierRows\": ?(\\d+)");
  private static final Pattern RESULT = Pattern.compile("\"rows\": ?(\\d+)");
  private static final Pattern ROW = Pattern.compile("(\\d+),note \\d+");

  private final String keyspace = TestCluster.newKeyspace(1);

  @TempDir private Path folder;

  @BeforeEach
  void createTable() {
    TestCluster.define("CREATE TABLE " + keyspace + ".orders (id int PRIMARY KEY, note text)");
    PreparedStatement insert =
        TestCluster.session()
            .prepare("INSERT INTO " + keyspace + ".orders (id, note) VALUES (?, ?)");
    for (int id = 0; id < ROWS; id++) {
      TestCluster.session().execute(insert.bind(id, "note " + id));
    }
  }

  @AfterEach
  void dropKeyspace() {
    TestCluster.define("DROP KEYSPACE " + keyspace);
  }

  @Test
  void countsExportsAndResumes() throws Exception {
    Path work = Files.createDirectory(folder.resolve("work"));
    String printed =
        StrangerScript.run(
            "archive.sh",
            folder.resolve("printed"),
            archive(),
            work,
            StrangerScript.node().getHostString() + ":" + StrangerScript.node().getPort(),
            keyspace + ".orders");

    assertThat(numbers(RESULT, printed)).as("count, export").startsWith(ROWS, ROWS);
    assertThat(numbers(FIRST_EXPORT, printed))
        .singleElement()
        .satisfies(seconds -> assertThat(seconds).isLessThan(MAX_SECONDS));
    assertThat(printed).contains("killed with exit code 137", "unknown option: exit code 2");
    List<Integer> earlier = numbers(EARLIER_ROWS, printed);
    assertThat(earlier.get(earlier.size() - 1)).as("rows before the kill").isBetween(1, ROWS - 1);
    assertHasEachRowOnce(work.resolve("first"));
    assertHasEachRowOnce(work.resolve("nightly"));
  }

  private static Path archive() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("target"))) {
      List<Path> archives = files.filter(file -> file.toString().endsWith(".tar.gz")).toList();
      assertThat(archives).as("archives of the profile dist").hasSize(1);
      return archives.get(0);
    }
  }

  private static List<Integer> numbers(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(found -> Integer.valueOf(found.group(1))).toList();
  }

  private static void assertHasEachRowOnce(Path export) throws IOException {
    List<Integer> ids = new ArrayList<>();
    try (Stream<Path> files = Files.list(export)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".csv")).toList()) {
        for (String line : Files.readAllLines(file)) {
          Matcher row = ROW.matcher(line);
          if (row.matches()) {
            ids.add(Integer.valueOf(row.group(1)));
          }
        }
      }
    }
    assertThat(ids)
        .as(export.toString())
        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, ROWS).boxed().toList());
  }
}
