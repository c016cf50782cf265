package io.ringhaul.internal.preflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.metadata.NodeState;
import com.datastax.oss.driver.api.core.metadata.TokenMap;
import io.ringhaul.EagerSplits;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.OnCassandra;
import io.ringhaul.csv.CsvSource;
import io.ringhaul.csv.CsvTarget;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.PreflightException;
import io.ringhaul.iceberg.IcebergTarget;
import io.ringhaul.internal.cql.TableLookup;
import io.ringhaul.internal.preflight.WriteProbe.WriteTimes;
import io.ringhaul.internal.request.RequestSettings;
import io.ringhaul.schema.TableDescription;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Problems that an ordinary role gets before the first row, on a cluster with permissions, masks
 * and guardrails.
 */
@OnCassandra(since = "5.0", feature = "column masks")
class PreflightIT {

  private static final RequestSettings REQUESTS =
      new RequestSettings(
          1, DefaultConsistencyLevel.LOCAL_QUORUM, Duration.ofSeconds(20), 3, Optional.empty());
  private static final int ROWS = 5_000;

  private static GuardedCluster cluster;

  @TempDir private Path folder;

  @BeforeAll
  static void start() {
    cluster = GuardedCluster.start();
    CqlSession admin = cluster.admin();
    Stream.of(
            "CREATE KEYSPACE s WITH replication ="
                + " {'class': 'NetworkTopologyStrategy', 'dc1': 1}",
            "CREATE TABLE s.t (id int, c int, secret text MASKED WITH mask_default(), plain text,"
                + " PRIMARY KEY (id, c))",
            "CREATE TABLE s.masked_wide (id text MASKED WITH mask_default(), c int, v int,"
                + " PRIMARY KEY (id, c))",
            "CREATE TABLE s.masked_key (id text MASKED WITH mask_inner(1, null) PRIMARY KEY)",
            "CREATE TABLE s.masked_place (id text MASKED WITH mask_inner(1, null) PRIMARY KEY,"
                + " v int)",
            "CREATE MATERIALIZED VIEW s.v AS SELECT id, c, secret FROM s.t WHERE id IS NOT NULL"
                + " AND c IS NOT NULL AND secret IS NOT NULL PRIMARY KEY (c, id)",
            "CREATE TABLE s.many (id int PRIMARY KEY, v int)",
            "CREATE TABLE s.copy (id int PRIMARY KEY, v int)",
            "CREATE TABLE s.lists (id int PRIMARY KEY, v list<int>)",
            "CREATE TABLE s.wide (id int, c int, v text, PRIMARY KEY (id, c))",
            "CREATE TABLE s.counts (id int PRIMARY KEY, n counter)",
            "CREATE TABLE s.static_counts (id int, c int, n counter STATIC, PRIMARY KEY (id, c))",
            "CREATE ROLE nobody WITH PASSWORD = 'nobody' AND LOGIN = true",
            "CREATE ROLE reader WITH PASSWORD = 'reader' AND LOGIN = true",
            "CREATE ROLE writer WITH PASSWORD = 'writer' AND LOGIN = true",
            "CREATE ROLE \"Mem ber\" WITH PASSWORD = 'Mem ber' AND LOGIN = true",
            "CREATE ROLE unmasking",
            "GRANT SELECT ON KEYSPACE s TO reader",
            "GRANT SELECT_MASKED ON s.masked_place TO reader",
            "GRANT SELECT_MASKED ON s.masked_wide TO reader",
            "GRANT MODIFY ON KEYSPACE s TO writer",
            "GRANT SELECT ON system_views.settings TO writer",
            "GRANT SELECT ON KEYSPACE s TO unmasking",
            "GRANT UNMASK ON s.t TO unmasking",
            "GRANT unmasking TO \"Mem ber\"",
            "INSERT INTO s.t (id, c, secret, plain) VALUES (1, 2, 'geheim', 'offen')",
            "INSERT INTO s.masked_key (id) VALUES ('abc')")
        .forEach(admin::execute);
    var insert = admin.prepare("INSERT INTO s.many (id, v) VALUES (?, ?)");
    Semaphore slots = new Semaphore(500);
    for (int i = 0; i < ROWS; i++) {
      slots.acquireUninterruptibly();
      admin.executeAsync(insert.bind(i, -i)).whenComplete((done, failed) -> slots.release());
    }
    slots.acquireUninterruptibly(500);
    assertThat(TokenAwareBulkOperator.over(admin).count("s", "many").execute().rows())
        .isEqualTo(ROWS);
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @Test
  void reportsAMissingReadPermission() {
    assertThat(problems(() -> operator("nobody").count("s", "t").execute()))
        .containsExactly(
            "The role nobody may not read s.t: have an administrator run GRANT SELECT ON TABLE s.t"
                + " TO nobody");
    assertThat(operator("reader").count("s", "t").execute().rows()).isEqualTo(1);
  }

  /**
   * The driver reads the schema in pages of 5,000 rows by default, and continues without a schema
   * if a guardrail refuses them.
   */
  @Test
  void explainsAMissingSchema() {
    try (CqlSession session = cluster.newSession("reader", 5_000)) {
      assertThatThrownBy(() -> TokenAwareBulkOperator.over(session).count("s", "t").execute())
          .hasMessage(
              "The session knows no keyspaces, including s: the driver's log has the reason why it"
                  + " could not read the schema. If the reason is a guardrail on page sizes, set"
                  + " advanced.metadata.schema.request-page-size of the driver to a size that the"
                  + " guardrail allows");
      assertThatThrownBy(() -> TokenAwareBulkOperator.over(session).count("none", "t").execute())
          .hasMessage("Keyspace none does not exist");
    }
  }

  @Test
  void refusesToExportMasks() throws IOException {
    assertThat(problems(() -> export("reader", "t")))
        .containsExactly(
            "The role reader would receive masks instead of the values of secret in s.t: have an"
                + " administrator run GRANT UNMASK ON TABLE s.t TO reader, or leave these columns"
                + " out");
    assertThat(problems(() -> export("reader", "masked_key")))
        .containsExactly(
            "The role reader may not filter by the masked partition key of s.masked_key, which"
                + " every read of a token range does: have an administrator run GRANT SELECT_MASKED"
                + " ON TABLE s.masked_key TO reader",
            "The role reader would receive masks instead of the values of id in s.masked_key: have"
                + " an administrator run GRANT UNMASK ON TABLE s.masked_key TO reader");
    assertThat(problems(() -> export("reader", "v")))
        .containsExactly(
            "The role reader would receive masks instead of the values of secret in s.v: have an"
                + " administrator run GRANT UNMASK ON TABLE s.t TO reader, or leave these columns"
                + " out");
    assertThat(folder).isEmptyDirectory();

    operator("reader")
        .export("s", "t")
        .columns("id", "plain")
        .to(CsvTarget.folder(folder.resolve("some")))
        .execute();
    assertThat(lines("some")).containsExactly("id,plain", "1,offen");
    operator("reader")
        .export("s", "t")
        .to(CsvTarget.folder(folder.resolve("masks")))
        .pageSize(100)
        .skipPreflight()
        .execute();
    assertThat(lines("masks")).containsExactly("id,c,plain,secret", "1,2,offen,****");
  }

  /**
   * The export reads the row's token instead of its key, and for a masked key that is the token of
   * the mask.
   */
  @Test
  void reportsAMaskedKeyThatIsNotSelected() {
    assertThat(
            problems(
                () ->
                    operator("reader")
                        .export("s", "masked_place")
                        .columns("v")
                        .to(CsvTarget.folder(folder.resolve("place")))
                        .execute()))
        .containsExactly(
            "The role reader would receive masks instead of the values of id in s.masked_place:"
                + " have an administrator run GRANT UNMASK ON TABLE s.masked_place TO reader");
  }

  /**
   * All rows return the mask as key, and the token of the mask, so that a row's token does not show
   * where a page ends.
   */
  @Test
  void readsRowsWithMaskedKeysOnce() throws Exception {
    int partitions = 20;
    int rows = 40;
    TokenMap ring = cluster.admin().getMetadata().getTokenMap().orElseThrow();
    long mask = token(ring, "****");
    long near = 1L << 56;
    // The mask's token is below those of all rows, so each page would appear to end before it
    // starts.
    List<String> keys =
        IntStream.range(0, 100_000)
            .mapToObj(i -> "id" + i)
            .filter(key -> token(ring, key) > mask && token(ring, key) < mask + near)
            .limit(partitions)
            .toList();
    var insert = cluster.admin().prepare("INSERT INTO s.masked_wide (id, c, v) VALUES (?, ?, ?)");
    for (int id = 0; id < partitions; id++) {
      for (int c = 0; c < rows; c++) {
        cluster.admin().execute(insert.bind(keys.get(id), c, id * rows + c));
      }
    }
    Path exported = folder.resolve("exported");
    EagerSplits.of(
            operator("reader")
                .export("s", "masked_wide")
                .columns("v")
                .to(CsvTarget.folder(exported))
                .skipPreflight()
                .tokenRange(mask - near, mask + near)
                .taskCount(1)
                .pageSize(4))
        .execute();
    assertThat(numbers(exported)).isEqualTo(IntStream.range(0, partitions * rows).boxed().toList());
    List<Integer> read = Collections.synchronizedList(new ArrayList<>());
    operator("reader")
        .read("s", "masked_wide")
        .skipPreflight()
        .tokenRange(mask - near, mask + near)
        .taskCount(1)
        .parallelism(64)
        .pageSize(4)
        .forEach(row -> read.add(row.getInt("v")));
    assertThat(read.stream().sorted().toList())
        .isEqualTo(IntStream.range(0, partitions * rows).boxed().toList());
  }

  private static List<Integer> numbers(Path exported) throws IOException {
    List<Integer> numbers = new ArrayList<>();
    try (Stream<Path> files = Files.list(exported)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".csv")).toList()) {
        Files.readAllLines(file).stream().skip(1).map(Integer::valueOf).forEach(numbers::add);
      }
    }
    return numbers.stream().sorted().toList();
  }

  private static long token(TokenMap ring, String key) {
    ByteBuffer bytes = ByteBuffer.wrap(key.getBytes(StandardCharsets.UTF_8));
    return Long.parseLong(ring.format(ring.newToken(bytes)));
  }

  /** The checks must read the masks even if the guardrail allows pages of one row only. */
  @Test
  void findsMasksWithSmallPages() throws Exception {
    cluster.pageSizeThreshold(1);
    try {
      assertThat(problems(() -> export("reader", "t")))
          .containsExactly(
              "The role reader would receive masks instead of the values of secret in s.t: have an"
                  + " administrator run GRANT UNMASK ON TABLE s.t TO reader, or leave these columns"
                  + " out");
    } finally {
      cluster.pageSizeThreshold(2_000);
    }
  }

  @Test
  void allowsUnmaskingByGrantAndForSuperusers() throws IOException {
    export("Mem ber", "t");
    assertThat(lines("t")).containsExactly("id,c,plain,secret", "1,2,offen,geheim");
    export("cassandra", "masked_key");
    assertThat(lines("masked_key")).containsExactly("id", "abc");
    assertThat(problems(() -> export("Mem ber", "masked_key")))
        .containsExactly(
            "The role \"Mem ber\" may not filter by the masked partition key of s.masked_key, which"
                + " every read of a token range does: have an administrator run GRANT SELECT_MASKED"
                + " ON TABLE s.masked_key TO \"Mem ber\"",
            "The role \"Mem ber\" would receive masks instead of the values of id in s.masked_key:"
                + " have an administrator run GRANT UNMASK ON TABLE s.masked_key TO \"Mem ber\"");
  }

  @Test
  void reportsRefusedConditions() {
    assertThat(
            problems(
                () ->
                    operator("reader")
                        .count("s", "t")
                        .where("secret = 'x'")
                        .allowFiltering()
                        .execute()))
        .containsExactly(
            "The role reader may not filter by masked columns of s.t, which where (secret = 'x')"
                + " does: have an administrator run GRANT SELECT_MASKED ON TABLE s.t TO reader, or"
                + " leave where out");
    assertThat(
            problems(
                () ->
                    operator("reader")
                        .count("s", "t")
                        .where("plain = 'x'")
                        .allowFiltering()
                        .execute()))
        .containsExactly(
            "The cluster does not allow filtering, which where (plain = 'x') on s.t needs"
                + " (guardrail allow_filtering): leave where and allowFiltering out, or have an"
                + " administrator set allow_filtering_enabled");
    assertThat(operator("reader").count("s", "t").where("c > 1").allowFiltering().skipPreflight())
        .isNotNull();
    assertThatThrownBy(() -> operator("reader").count("s", "t").where("nonsense = 1").execute())
        .isInstanceOf(InvalidSettingException.class);
  }

  @Test
  void keepsPagesBelowTheGuardrail() throws IOException {
    assertThat(problems(() -> operator("reader").count("s", "many").pageSize(2_001).execute()))
        .containsExactly(
            "Pages of 2001 rows are larger than the 2000 that the cluster allows for s.many"
                + " (guardrail page_size): set the page size to 2000 or less, or leave it unset");
    assertThat(operator("reader").count("s", "many").pageSize(2_000).execute().rows())
        .isEqualTo(ROWS);
    assertThat(operator("reader").count("s", "many").execute().rows()).isEqualTo(ROWS);
    assertThat(operator("reader").count("s", "many").skipPreflight().execute().rows())
        .as("count with pages that the cluster allows")
        .isEqualTo(ROWS);

    // With a single task, the pages would grow to 5,000 rows.
    operator("reader")
        .export("s", "many")
        .parallelism(1)
        .taskCount(1)
        .to(CsvTarget.folder(folder.resolve("many")))
        .execute();
    assertThat(lines("many"))
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(
                    Stream.of("id,v"),
                    Stream.iterate(0, i -> i + 1).limit(ROWS).map(i -> i + "," + -i))
                .toList());
  }

  @Test
  void reportsAllProblemsTogether() {
    assertThatThrownBy(
            () ->
                operator("reader")
                    .export("s", "t")
                    .pageSize(3_000)
                    .consistency(DefaultConsistencyLevel.ALL)
                    .to(CsvTarget.folder(Path.of("/proc/export")))
                    .execute())
        .isInstanceOf(PreflightException.class)
        .hasMessage(
            "The export of s.t was not begun, for 4 reasons:\n"
                + "  - The cluster does not allow reads at consistency level ALL (guardrail"
                + " read_consistency_levels): choose another one, such as LOCAL_QUORUM\n"
                + "  - Pages of 3000 rows are larger than the 2000 that the cluster allows for s.t"
                + " (guardrail page_size): set the page size to 2000 or less, or leave it unset\n"
                + "  - The role reader would receive masks instead of the values of secret in"
                + " s.t: have an administrator run GRANT UNMASK ON TABLE s.t TO reader, or leave"
                + " these columns out\n"
                + "  - No file can be created in /proc (NoSuchFile):"
                + " make it writable, or choose another target");
    assertThatThrownBy(
            () ->
                operator("Mem ber")
                    .export("s", "t")
                    .to(IcebergTarget.warehouse(Path.of("/proc/warehouse")))
                    .execute())
        .isInstanceOf(PreflightException.class)
        .hasMessage(
            "The export of s.t was not begun. No file can be created in /proc, the nearest parent"
                + " of /proc/warehouse that exists (NoSuchFile): make it writable, or choose"
                + " another target");
  }

  @Test
  void reportsAMissingWritePermission() throws IOException {
    Path rows = csv("id,v", "1,-1", "2,-2");
    assertThat(problems(() -> load("reader", "copy", rows)))
        .containsExactly(
            "The role reader may not write to s.copy: have an administrator run GRANT MODIFY ON"
                + " TABLE s.copy TO reader");
    assertThat(
            problems(
                () ->
                    operator("writer")
                        .importInto("s", "copy")
                        .from(CsvSource.at(rows))
                        .consistency(DefaultConsistencyLevel.ALL)
                        .execute()))
        .containsExactly(
            "The cluster does not allow writes at consistency level ALL (guardrail"
                + " write_consistency_levels): choose another one, such as LOCAL_QUORUM");
    assertThat(cluster.admin().execute("SELECT id FROM s.copy").all()).isEmpty();

    load("writer", "copy", rows);
    assertThat(cluster.admin().execute("SELECT id, v FROM s.copy").all())
        .extracting(row -> row.getInt(0) + "," + row.getInt(1))
        .containsExactlyInAnyOrder("1,-1", "2,-2");
  }

  @Test
  void reportsMissingPermissionsOnCounterTables() {
    assertThat(sentences("reader", "counts", WriteTimes.NOW))
        .containsExactly(
            "The role reader may not write to s.counts: have an administrator run GRANT MODIFY ON"
                + " TABLE s.counts TO reader");
    assertThat(sentences("reader", "static_counts", WriteTimes.NOW))
        .containsExactly(
            "The role reader may not write to s.static_counts: have an administrator run GRANT"
                + " MODIFY ON TABLE s.static_counts TO reader");
    assertThat(sentences("writer", "counts", WriteTimes.NOW)).isEmpty();
    assertThat(sentences("writer", "static_counts", WriteTimes.NOW)).isEmpty();
    assertThat(problems(() -> load("writer", "counts", csv("id,n", "1,5"))))
        .containsExactly(
            "The role writer may not read s.counts: have an administrator run GRANT SELECT ON TABLE"
                + " s.counts TO writer");
    assertThat(cluster.admin().execute("SELECT * FROM s.counts").all()).isEmpty();
    assertThat(cluster.admin().execute("SELECT * FROM s.static_counts").all()).isEmpty();
  }

  /** The server does not apply the batch size thresholds to batches of one partition. */
  @Test
  void importsDespiteTheBatchSizeGuardrail() throws IOException {
    String value = "x".repeat(900);
    load(
        "writer",
        "wide",
        csv(
            Stream.concat(
                    Stream.of("id,c,v"),
                    Stream.iterate(0, i -> i + 1).limit(50).map(i -> "1," + i + "," + value))
                .toArray(String[]::new)));
    assertThat(
            cluster
                .admin()
                .execute("SELECT c FROM s.wide WHERE v = '" + value + "' ALLOW FILTERING")
                .all())
        .hasSize(50);
  }

  @Test
  void reportsRefusedWriteTimes() throws Exception {
    assertThat(sentences("writer", "copy", WriteTimes.OF_SOURCE)).isEmpty();
    cluster.minimumTimestamp("365d");
    try {
      assertThat(sentences("writer", "copy", WriteTimes.NOW)).isEmpty();
      assertThat(sentences("writer", "copy", WriteTimes.OF_SOURCE))
          .singleElement()
          .asString()
          .matches(
              "The cluster refuses write times before \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ"
                  + " \\(guardrail minimum_timestamp\\), and the source may contain such write"
                  + " times for s\\.copy: ignore the source's write times \\(ignoreCellTimes\\(\\),"
                  + " --ignore-cell-times\\), or have an administrator change"
                  + " minimum_timestamp_fail_threshold");
    } finally {
      cluster.minimumTimestamp(null);
    }
    cluster.guardrail("UserTimestampsEnabled", false);
    try {
      assertThat(problems(() -> load("writer", "copy", csv("id,v,v_writetime", "1,2,3"))))
          .containsExactly(
              "The cluster does not allow write times set by the client (guardrail"
                  + " user_timestamps), and the source contains write times for s.copy: ignore them"
                  + " with ignoreCellTimes(), or have an administrator set"
                  + " user_timestamps_enabled");
    } finally {
      cluster.guardrail("UserTimestampsEnabled", true);
    }
  }

  @Test
  void warnsOfValueSizeGuardrailsIfSettingsAreReadable() {
    assertThat(limits("writer", "lists"))
        .containsExactly(
            "The cluster refuses collections larger than 64KiB (guardrail collection_size), and the"
                + " source may contain such values for s.lists: have an administrator change"
                + " collection_size_fail_threshold if it does",
            "The cluster refuses collections of more than 10 elements (guardrail"
                + " items_per_collection), and the source may contain such values for s.lists: have"
                + " an administrator change items_per_collection_fail_threshold if it does");
    assertThat(limits("writer", "copy")).isEmpty();
    assertThat(limits("reader", "lists")).isEmpty();
    assertThat(limits("cassandra", "lists")).isEmpty();
  }

  private static List<String> limits(String role, String name) {
    TableDescription table = table(role, name);
    return sentences(new ValueLimits(cluster.as(role), table, table.columns()));
  }

  /** Simulates a second node: a row in the peers table names one that does not exist. */
  @Test
  void namesNodesThatAreDown() {
    assertThat(
            sentences(
                new LiveReplicas(
                    cluster.admin(),
                    CqlIdentifier.fromCql("s"),
                    CqlIdentifier.fromCql("t"),
                    REQUESTS)))
        .isEmpty();
    cluster
        .admin()
        .execute(
            "INSERT INTO system.peers_v2 (peer, peer_port, data_center, host_id, native_address,"
                + " native_port, rack, release_version, schema_version, tokens) VALUES"
                + " ('127.0.0.9', 7343, 'dc1', 6ab09bec-e68e-48d9-a5f8-97e6fb4c9b47, '127.0.0.9',"
                + " 9342, 'rack1', '5.0.6', 6ab09bec-e68e-48d9-a5f8-97e6fb4c9b48, {'0'})");
    try (CqlSession session = cluster.newSession("reader")) {
      await(session, NodeState.DOWN, 1);
      assertThat(
              sentences(
                  new LiveReplicas(
                      session, CqlIdentifier.fromCql("s"), CqlIdentifier.fromCql("t"), REQUESTS)))
          .containsExactly(
              "1 of 5 token ranges of keyspace s have too few live replicas for LOCAL_QUORUM,"
                  + " because 127.0.0.9:9342 is down: start it, or these ranges will fail");
      // The check skips nodes that are down.
      assertThat(sentences(new SchemaAgreement(session, Duration.ZERO))).isEmpty();
    } finally {
      cluster
          .admin()
          .execute("DELETE FROM system.peers_v2 WHERE peer = '127.0.0.9' AND peer_port = 7343");
    }
  }

  @Test
  void acceptsAgreeingNodes() {
    assertThat(sentences(new SchemaAgreement(cluster.admin()))).isEmpty();
  }

  /** A disk of 8 KiB for a table of some hundred KiB. */
  @Test
  void reportsAFullDisk() throws Exception {
    cluster.refreshSizeEstimates("s");
    Path disk = Files.createDirectory(folder.resolve("disk"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", disk.toString()),
        "Cannot mount a small disk; LocalChecksTest covers the check itself");
    try {
      assertThat(
              problems(
                  () ->
                      operator("reader")
                          .export("s", "many")
                          .to(CsvTarget.folder(disk.resolve("many")))
                          .execute()))
          .singleElement()
          .asString()
          .matches(
              "The disk of "
                  + disk
                  + " has 8 KiB left, and the export of s\\.many has about [\\d.]+ KiB of values"
                  + " before compression: free disk space or choose another disk");
      assertThat(disk).isEmptyDirectory();
    } finally {
      assertThat(run("umount", disk.toString())).isTrue();
    }
    export("reader", "many");
  }

  private static boolean run(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static void await(CqlSession session, NodeState state, long nodes) {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (session.getMetadata().getNodes().values().stream()
            .map(Node::getState)
            .filter(state::equals)
            .count()
        < nodes) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
  }

  private static List<String> problems(ThrowingCallable call) {
    PreflightException failure = catchThrowableOfType(PreflightException.class, call);
    assertThat(failure).isNotNull();
    return failure.problems();
  }

  private static List<String> sentences(String role, String table, WriteTimes times) {
    return sentences(new WriteProbe(cluster.as(role), REQUESTS, table(role, table), times));
  }

  private static List<String> sentences(Check check) {
    return check.problems().stream().map(PreflightProblem::sentence).toList();
  }

  private static TableDescription table(String role, String name) {
    return new TableLookup(cluster.as(role))
        .writable(CqlIdentifier.fromCql("s"), CqlIdentifier.fromCql(name));
  }

  private static TokenAwareBulkOperator operator(String role) {
    return TokenAwareBulkOperator.over(cluster.as(role));
  }

  private void export(String role, String table) {
    operator(role).export("s", table).to(CsvTarget.folder(folder.resolve(table))).execute();
  }

  private static void load(String role, String table, Path rows) {
    operator(role).importInto("s", table).from(CsvSource.at(rows)).execute();
  }

  private Path csv(String... lines) throws IOException {
    return Files.write(folder.resolve("rows.csv"), List.of(lines));
  }

  /** Returns the distinct lines of all files of an export. */
  private List<String> lines(String export) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve(export))) {
      return files
          .filter(file -> file.toString().endsWith(".csv"))
          .flatMap(PreflightIT::linesOf)
          .distinct()
          .toList();
    }
  }

  private static Stream<String> linesOf(Path file) {
    try {
      return Files.readAllLines(file).stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
