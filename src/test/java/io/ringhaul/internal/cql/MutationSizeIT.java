package io.ringhaul.internal.cql;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverExecutionProfile;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.data.CqlDuration;
import com.datastax.oss.driver.api.core.data.CqlVector;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.TupleType;
import com.datastax.oss.driver.api.core.type.UserDefinedType;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.OnCassandra;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.seeds.Seeds;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compares the sizes with those that the server counts. The server reports the exact size only in
 * warnings, so two rows of known size fill each batch up to the threshold.
 */
@ClusterTest
@OnCassandra(since = "5.0", feature = "sizes as 5.0 counts them")
@TestInstance(Lifecycle.PER_CLASS)
class MutationSizeIT {

  private static final Pattern SIZE = Pattern.compile("^Batch for .* is of size (\\d+), ");

  /** The size of a row with one blob, without the blob: see {@code ServerBatchLimitsIT}. */
  private static final int FILLER_OVERHEAD = 70;

  private static final int FILLER = 2600;

  private static final List<String> COLUMNS =
      List.of(
          "p", "c1", "c2", "s", "sl", "i", "b", "t", "bl", "d", "v", "n", "u", "du", "l", "st", "m",
          "fl", "fm", "ut", "fut", "tu", "vec");

  private final CqlSession session = TestCluster.session();
  private final MutationSize sizes = new MutationSize(session);
  private String keyspace = "";
  private @Nullable UserDefinedType udt;
  private final TupleType tuple = DataTypes.tupleOf(DataTypes.INT, DataTypes.TEXT);
  private int filled;

  @BeforeAll
  void createTables() {
    keyspace = TestCluster.newKeyspace(1);
    TestCluster.define(
        List.of(
            "CREATE TYPE " + keyspace + ".pair (a int, b text)",
            "CREATE TABLE " + keyspace + ".filler (p int PRIMARY KEY, v blob)",
            "CREATE TABLE "
                + keyspace
                + ".k (p int, c1 int, c2 text, s text static, sl list<int> static, i int, b bigint,"
                + " t text, bl blob, d decimal, v varint, n inet, u uuid, du duration, l list<int>,"
                + " st set<text>, m map<text, bigint>, fl frozen<list<int>>, fm frozen<map<int,"
                + " text>>, ut pair, fut frozen<pair>, tu tuple<int, text>, vec vector<float, 3>,"
                + " PRIMARY KEY (p, c1, c2))",
            "CREATE TABLE " + keyspace + ".n (p int, c int, n counter, PRIMARY KEY (p, c))",
            "CREATE TABLE "
                + keyspace
                + ".x (p int PRIMARY KEY, v int) WITH default_time_to_live = 1000",
            "CREATE TABLE " + keyspace + ".one (p int, c int, v int, PRIMARY KEY (p, c))",
            "CREATE TABLE " + keyspace + ".other (p int, c int, v int, PRIMARY KEY (p, c))"));
    udt =
        session
            .getMetadata()
            .getKeyspace(keyspace)
            .flatMap(each -> each.getUserDefinedType("pair"))
            .orElseThrow();
  }

  // Bounds of rows.

  @Test
  void ordinaryRowsAreOverestimatedByAtMost30Percent() {
    PreparedStatement insert = insert(COLUMNS, "");
    List<Integer> scalars = List.of(0, 1, 2, 5, 6, 7, 8, 9, 10, 11, 12, 13);
    Seeds.each(
        60,
        random -> {
          // Without collections, which the next test covers.
          BoundStatementBuilder row = insert.boundStatementBuilder(row(random).values().toArray());
          for (int i = 3; i < COLUMNS.size(); i++) {
            if (!scalars.contains(i) || random.nextInt(4) == 0) {
              row = row.unset(i);
            }
          }
          requireWithin(1.3, row.build());
        });
  }

  @Test
  void rowsOfAllTypesAreOverestimatedByAtMostHalf() {
    PreparedStatement insert = insert(COLUMNS, "USING TTL ? AND TIMESTAMP ?");
    Seeds.each(
        60,
        random -> {
          List<@Nullable Object> values = new ArrayList<>(row(random).values());
          values.add(random.nextInt(1000));
          values.add(random.nextLong(1L << 50));
          BoundStatementBuilder row = insert.boundStatementBuilder(values.toArray());
          for (int i = 3; i < COLUMNS.size(); i++) {
            switch (random.nextInt(3)) {
              case 0 -> row = row.unset(i);
              case 1 -> {
                if (random.nextInt(8) == 0) {
                  row = row.setToNull(i);
                }
              }
              default -> {}
            }
          }
          requireWithin(1.5, row.build());
        });
  }

  // Single statements of each kind.

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE k SET m[?] = ?, l = l + ?, st = st + ?, i = ? WHERE p = ? AND c1 = ? AND c2 = ?",
        "UPDATE k USING TTL 5 SET m = m + ?, l = ? + l, ut.b = ? WHERE p = ? AND c1 = ? AND c2 = ?",
        "UPDATE k SET m = m - ?, st = st - ?, ut = ? WHERE p = ? AND c1 = ? AND c2 = ?",
        "UPDATE k SET s = ?, sl = ? WHERE p = ?",
        "UPDATE k SET ut = {a: ?, b: ?} WHERE p = ? AND c1 = ? AND c2 = ?",
        "INSERT INTO k (p, c1, c2, tu) VALUES (?, ?, ?, (?, ?))",
        "INSERT INTO k (p, s) VALUES (?, ?)",
        "INSERT INTO k (p, c1, c2) VALUES (?, ?, ?)",
        "INSERT INTO k (p, c1, c2, u) VALUES (?, ?, ?, uuid()) USING TTL 7",
        "DELETE FROM k WHERE p = ? AND c1 = ? AND c2 = ?",
        "DELETE i, l, m, ut, t FROM k WHERE p = ? AND c1 = ? AND c2 = ?",
        "DELETE m[?], ut.a FROM k USING TIMESTAMP ? WHERE p = ? AND c1 = ? AND c2 = ?",
        "DELETE s, sl FROM k WHERE p = ?",
        "DELETE FROM k WHERE p = ?",
        "INSERT INTO x (p, v) VALUES (?, ?)"
      })
  void statementsAreOverestimatedByAtMostTwoAndAHalf(String cql) {
    PreparedStatement prepared = prepare(cql);
    Seeds.each(3, random -> requireWithin(2.5, bind(prepared, random)));
  }

  /** Another range in the batch may split the range. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "DELETE FROM k WHERE p = ? AND c1 = ?",
        "DELETE FROM k WHERE p = ? AND c1 > ?",
        "DELETE FROM k WHERE p = ? AND c1 = ? AND c2 >= ?",
        "DELETE FROM k WHERE p = ? AND (c1, c2) >= (?, ?)"
      })
  void rangesAreOverestimatedByAtMostFour(String cql) {
    PreparedStatement prepared = prepare(cql);
    Seeds.each(3, random -> requireWithin(4, bind(prepared, random)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // The column of a named variable is unknown.
        "INSERT INTO k (p, c1, c2, l, fl, fm) VALUES (:p, :c1, :c2, :l, :fl, :fm)",
        "UPDATE k SET t = :c2, i = :c1 WHERE p = :p AND c1 = :c1 AND c2 = :c2",
        "DELETE FROM k WHERE p = :p AND c1 > :c1"
      })
  void namedVariablesAreOverestimatedByAtMostSeven(String cql) {
    PreparedStatement prepared = prepare(cql);
    Seeds.each(3, random -> requireWithin(7, bind(prepared, random)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "INSERT INTO k (p, c1, c2, i, t, l) VALUES (1, 2, 'x', 3, 'it''s a text', [1, 2, -3])",
        "INSERT INTO k (p, c1, c2, st, m) VALUES (1, 2, 'ä', {'', 'a'}, {'a': 1, 'b': -2})",
        "INSERT INTO k (p, c1, c2, n, u, bl, du, d) VALUES (1, 2, '', '::1',"
            + " fed84ed0-f8f2-11ee-a951-0242ac120002, 0xcafe, 1y2mo3h, 1e5) USING TTL 86400 AND"
            + " TIMESTAMP 5",
        "UPDATE k SET ut = {a: 1, b: $$it's$$}, tu = (1, 'x'), vec = [1.0, -2, 3], sl = [1, 2]"
            + " WHERE p = 1 AND c1 = 2 AND c2 = 'c'",
        "UPDATE k SET m['x'] = 5, l = l + [1, 2], ut.b = 'xyz', i = null WHERE p = 1 AND c1 = 2 AND"
            + " c2 = 'c' /* IN a comment */",
        "DELETE FROM k WHERE p = 1 AND c1 >= 1 AND c1 < 1000",
        "DELETE m['y'], i FROM k WHERE p = 1 AND c1 = 2 AND c2 = 'c'"
      })
  void literalsAreOverestimatedByAtMostSeven(String cql) {
    requireWithin(7, simple(cql));
    requireWithin(7, prepare(cql).bind());
  }

  @Test
  void simpleStatementsWithValuesAreOverestimatedByAtMostFour() {
    Seeds.each(
        20,
        random -> {
          Map<String, @Nullable Object> row = row(random);
          row.keySet().removeIf(name -> !isKey(name) && random.nextInt(3) == 0);
          String names = String.join(", ", row.keySet());
          requireWithin(
              4,
              simple(
                  "INSERT INTO k ("
                      + names
                      + ") VALUES ("
                      + row.keySet().stream().map(each -> "?").collect(Collectors.joining(", "))
                      + ")",
                  row.values().toArray()));
        });
  }

  @Test
  void measuresChangesOfExistingListElements() {
    session.execute(
        simple("INSERT INTO k (p, c1, c2, l) VALUES (99, 1, 'a', [1, 2, 3, 1, 1, 1, 1, 1, 1])"));
    PreparedStatement set = prepare("UPDATE k SET l[?] = ? WHERE p = ? AND c1 = ? AND c2 = ?");
    requireWithin(2.5, set.bind(1, 7, 99, 1, "a"));
    requireWithin(7, simple("UPDATE k SET l[2] = 7 WHERE p = 99 AND c1 = 1 AND c2 = 'a'"));
    requireWithin(
        2.5, prepare("DELETE l[?] FROM k WHERE p = ? AND c1 = ? AND c2 = ?").bind(1, 99, 1, "a"));
    // The number of equal elements depends on the row.
    requireOpen(
        prepare("UPDATE k SET l = l - ? WHERE p = ? AND c1 = ? AND c2 = ?")
            .bind(List.of(1), 99, 1, "a"));
    requireOpen(simple("UPDATE k SET l = l - [1] WHERE p = 99 AND c1 = 1 AND c2 = 'a'"));
    requireOpen(simple("UPDATE k SET l = l - ? WHERE p = 1 AND c1 = 1 AND c2 = ?", List.of(1), ""));
  }

  @Test
  void measuresCounters() {
    PreparedStatement add = prepare("UPDATE n SET n = n + ? WHERE p = ? AND c = ?");
    PreparedStatement subtract = prepare("UPDATE n SET n = n - 1 WHERE p = ? AND c = ?");
    List<BatchableStatement<?>> all = new ArrayList<>();
    for (int p = 0; p < 60; p++) {
      all.add(add.bind((long) p, p, p));
      all.add(subtract.bind(p, p + 1));
    }
    long counted = sizeOf(BatchStatement.newInstance(BatchType.COUNTER).addAll(all));
    assertThat(sizes.upperBound(all)).isBetween(counted, counted * 2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE k SET t = ? WHERE p IN (?, ?, ?) AND c1 = ? AND c2 = ?",
        "DELETE FROM k WHERE p = ? AND c1 IN ?",
        "UPDATE k SET t = ? WHERE p = ? AND (c1, c2) in ((1, ''), (2, ''))",
        "INSERT INTO k JSON ?",
        "INSERT INTO k (p, c1, c2, l) VALUES (?, ?, ?, fromJson(?))",
        "INSERT INTO k (p, c1, c2, bl) VALUES (?, ?, ?, textAsBlob(?))"
      })
  void statementsOfUnknownSizeAreUnbounded(String cql) {
    PreparedStatement prepared = prepare(cql);
    requireOpen(prepared.bind());
    requireOpen(simple(cql));
  }

  // Whole batches.

  /** Statements for one row or partition share much of their individual size. */
  @Test
  void noBatchExceedsItsBound() {
    List<PreparedStatement> writes =
        List.of(
            insert(COLUMNS, "USING TIMESTAMP ?"),
            insert(COLUMNS, "USING TTL ?"),
            prepare(
                "UPDATE k USING TIMESTAMP ? SET m = m + ?, l = l + ?, s = ? WHERE p = ? AND c1 = ?"
                    + " AND c2 = ?"),
            prepare("DELETE FROM k USING TIMESTAMP ? WHERE p = ? AND c1 = ? AND c2 = ?"),
            prepare("DELETE FROM k USING TIMESTAMP ? WHERE p = ? AND c1 > ? AND c1 < ?"),
            prepare("DELETE FROM k USING TIMESTAMP ? WHERE p = ? AND c1 >= ? AND c1 <= ?"),
            prepare("DELETE FROM k USING TIMESTAMP ? WHERE p = ? AND c1 = ? AND c2 > ?"),
            prepare("DELETE FROM k USING TIMESTAMP ? WHERE p = ?"),
            prepare("DELETE st, i FROM k WHERE p = ? AND c1 = ? AND c2 = ?"));
    Seeds.each(
        120,
        random -> {
          List<BatchableStatement<?>> batch = new ArrayList<>();
          boolean deletes = random.nextInt(3) == 0;
          int size = 1 + random.nextInt(deletes ? 40 : 20);
          for (int i = 0; i < size; i++) {
            int from = deletes ? 3 : 0;
            batch.add(bind(writes.get(from + random.nextInt(writes.size() - from)), random));
          }
          assertThat(sizes.upperBound(batch)).isGreaterThanOrEqualTo(counted(batch));
        });
  }

  /** The server counts a partition once for each table. */
  @ParameterizedTest
  @ValueSource(strings = {"", "USING TTL 1000"})
  void measuresRowsOfOnePartition(String using) {
    List<PreparedStatement> inserts =
        List.of(
            prepare("INSERT INTO one (p, c, v) VALUES (?, ?, ?) " + using),
            prepare("INSERT INTO other (p, c, v) VALUES (?, ?, ?) " + using));
    for (int tables = 1; tables <= 2; tables++) {
      List<BatchableStatement<?>> rows = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        rows.add(inserts.get(i % tables).bind(7, i, i));
      }
      ByteBuffer key = Objects.requireNonNull(rows.get(0).getRoutingKey());
      assertThat(sizes.upperBound(rows, sizes.ofValues(rows), key))
          .isBetween(counted(rows), (long) (1.3 * counted(rows)));
    }
  }

  private void requireWithin(double factor, BatchableStatement<?> statement) {
    long counted = counted(List.of(statement));
    assertThat(sizes.upperBound(List.of(statement)))
        .as(
            "size of %s on the server: %d",
            statement instanceof SimpleStatement simple ? simple.getQuery() : statement, counted)
        .isBetween(counted, (long) (counted * factor));
  }

  private void requireOpen(BatchableStatement<?> statement) {
    assertThat(sizes.upperBound(List.of(statement))).isGreaterThanOrEqualTo(Integer.MAX_VALUE);
  }

  /** Returns the size that the server counts, without the filler rows. */
  private long counted(List<BatchableStatement<?>> statements) {
    PreparedStatement filler = prepare("INSERT INTO filler (p, v) VALUES (?, ?)");
    BatchStatement batch =
        BatchStatement.newInstance(BatchType.UNLOGGED)
            .add(filler.bind(filled++, ByteBuffer.allocate(FILLER)))
            .add(filler.bind(filled++, ByteBuffer.allocate(FILLER)))
            .addAll(statements)
            .setKeyspace(keyspace);
    return sizeOf(batch) - 2L * (FILLER + FILLER_OVERHEAD);
  }

  private long sizeOf(BatchStatement batch) {
    DriverExecutionProfile unlogged =
        session
            .getContext()
            .getConfig()
            .getDefaultProfile()
            .withBoolean(DefaultDriverOption.REQUEST_LOG_WARNINGS, false);
    List<String> warnings =
        session.execute(batch.setExecutionProfile(unlogged)).getExecutionInfo().getWarnings();
    for (String warning : warnings) {
      Matcher size = SIZE.matcher(warning);
      if (size.find()) {
        return Long.parseLong(size.group(1));
      }
    }
    throw new AssertionError("No warning with the size: " + warnings);
  }

  private PreparedStatement prepare(String cql) {
    return session.prepare(SimpleStatement.newInstance(cql).setKeyspace(keyspace));
  }

  private PreparedStatement insert(List<String> columns, String using) {
    return prepare(
        "INSERT INTO k ("
            + String.join(", ", columns)
            + ") VALUES ("
            + columns.stream().map(each -> "?").collect(Collectors.joining(", "))
            + ") "
            + using);
  }

  private SimpleStatement simple(String cql, Object... values) {
    return SimpleStatement.newInstance(cql, values).setKeyspace(keyspace);
  }

  private static boolean isKey(String name) {
    return name.equals("p") || name.startsWith("c");
  }

  /** Binds values that match the variables' types. */
  private BatchableStatement<?> bind(PreparedStatement prepared, Random random) {
    Object[] values = new Object[prepared.getVariableDefinitions().size()];
    for (int i = 0; i < values.length; i++) {
      var variable = prepared.getVariableDefinitions().get(i);
      String name = variable.getName().asInternal();
      values[i] =
          switch (name) {
            case "[ttl]" -> random.nextInt(1000);
            case "[timestamp]" -> random.nextLong(1L << 50);
            case "p", "c1" -> random.nextInt(4);
            default ->
                switch (variable.getType().asCql(true, false)) {
                  case "int" -> random.nextInt();
                  case "bigint" -> random.nextLong();
                  case "text" -> text(random);
                  case "blob" -> ByteBuffer.allocate(random.nextInt(50));
                  case "set<text>", "frozen<set<text>>" -> texts(random);
                  case "list<int>", "frozen<list<int>>" -> integers(random);
                  default -> {
                    Object value = row(random).get(name);
                    if (value == null) {
                      throw new AssertionError("No value for " + name + " " + variable.getType());
                    }
                    yield value;
                  }
                };
          };
    }
    return prepared.bind(values);
  }

  private Map<String, @Nullable Object> row(Random random) {
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("p", random.nextInt());
    row.put("c1", random.nextInt(4));
    row.put("c2", text(random));
    row.put("s", text(random));
    row.put("sl", integers(random));
    row.put("i", random.nextInt());
    row.put("b", random.nextLong());
    row.put("t", text(random));
    row.put("bl", ByteBuffer.allocate(random.nextInt(300)));
    row.put("d", new BigDecimal(new BigInteger(80, random), 7));
    row.put("v", new BigInteger(100, random));
    row.put("n", InetAddress.getLoopbackAddress());
    row.put("u", new UUID(random.nextLong(), random.nextLong()));
    row.put("du", CqlDuration.newInstance(random.nextInt(100), random.nextInt(100), 5));
    row.put("l", integers(random));
    row.put("st", texts(random));
    Map<String, Long> map = new LinkedHashMap<>();
    texts(random).forEach(each -> map.put(each, random.nextLong()));
    row.put("m", map);
    row.put("fl", integers(random));
    Map<Integer, String> frozen = new LinkedHashMap<>();
    integers(random).forEach(each -> frozen.put(each, text(random)));
    row.put("fm", frozen);
    row.put("ut", pair().newValue(random.nextInt(), text(random)));
    row.put("fut", pair().newValue(random.nextInt(), text(random)));
    row.put("tu", tuple.newValue(random.nextInt(), text(random)));
    row.put("vec", CqlVector.newInstance(1f, 2f, random.nextFloat()));
    return row;
  }

  private UserDefinedType pair() {
    return Objects.requireNonNull(udt);
  }

  private static List<Integer> integers(Random random) {
    List<Integer> values = new ArrayList<>();
    for (int i = random.nextInt(6); i > 0; i--) {
      values.add(random.nextInt());
    }
    return values;
  }

  private static Set<String> texts(Random random) {
    Set<String> values = new LinkedHashSet<>();
    for (int i = random.nextInt(6); i > 0; i--) {
      values.add(text(random));
    }
    return values;
  }

  private static String text(Random random) {
    return "äx".repeat(random.nextInt(12)) + random.nextInt(1000);
  }
}
