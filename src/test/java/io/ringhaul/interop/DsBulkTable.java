package io.ringhaul.interop;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.MapType;
import com.datastax.oss.driver.api.core.type.SetType;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.internal.cql.CqlBytes;
import io.ringhaul.internal.cql.CqlGenerator;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A table with columns of all types that DSBulk supports. It has a row for each of the {@link
 * EdgeValues} as a scalar, as a list element and as a map key, and random rows from a seed.
 */
final class DsBulkTable {

  /** The expected change of a value on its way. */
  interface Fate {
    @Nullable ByteBuffer of(DataType type, @Nullable ByteBuffer value);
  }

  private static final int RANDOM_ROWS = 200;

  /** Types for which the server stores and returns a value of zero bytes. */
  private static final List<String> WITH_EMPTY_VALUE =
      List.of(
          "int",
          "bigint",
          "boolean",
          "float",
          "double",
          "varint",
          "decimal",
          "timestamp",
          "inet",
          "uuid",
          "timeuuid");

  /** Types excluded from random values, because DSBulk merges some of their keys. */
  private static final String KEYED = "k_";

  /**
   * Excludes inet, because the addresses that DSBulk changes would change the order of elements.
   */
  private static final Map<String, String> NESTED =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("n_set", "set<int>"),
              Map.entry("n_map", "map<text, bigint>"),
              Map.entry("n_frozen_list", "frozen<list<text>>"),
              Map.entry("n_frozen_map", "frozen<map<int, frozen<set<text>>>>"),
              Map.entry("n_blobs", "map<blob, frozen<list<blob>>>"),
              Map.entry("n_times", "map<timestamp, duration>"),
              Map.entry("n_dates", "map<date, time>"),
              Map.entry("n_decimals", "map<decimal, varint>"),
              Map.entry("n_reals", "map<int, frozen<list<double>>>"),
              Map.entry("n_flags", "map<boolean, uuid>"),
              Map.entry("n_deep", "map<frozen<list<int>>, frozen<map<text, text>>>"),
              Map.entry("n_tuples", "map<frozen<tuple<int, text>>, timeuuid>"),
              Map.entry("n_udts", "map<frozen<inner>, int>"),
              Map.entry("n_tuple", "tuple<int, text, double, frozen<list<decimal>>>"),
              Map.entry("n_udt", "inner"),
              Map.entry("n_frozen_udt", "frozen<outer>"),
              Map.entry("n_list_of_udts", "list<frozen<outer>>")));

  private final CqlSession session = TestCluster.session();
  private final String keyspace;
  private final long seed;
  private final List<String> columns = new ArrayList<>();
  private int size;

  DsBulkTable(String keyspace, long seed) {
    this.keyspace = keyspace;
    this.seed = seed;
  }

  void createTypes() {
    TestCluster.define("CREATE TYPE " + keyspace + ".inner (a int, \"B c\" text, d date)");
    TestCluster.define(
        "CREATE TYPE "
            + keyspace
            + ".outer (i frozen<inner>, l frozen<list<int>>, m frozen<map<text, decimal>>)");
  }

  void create(String table) {
    Map<String, String> types = new LinkedHashMap<>();
    for (String type : EdgeValues.all().keySet()) {
      types.put("c_" + type, type);
      types.put("l_" + type, "list<" + type + ">");
      if (!type.equals("duration")) { // CQL does not allow duration as a key
        types.put(KEYED + type, "map<" + type + ", int>");
      }
    }
    types.putAll(NESTED);
    List<String> definitions = new ArrayList<>();
    types.forEach((name, type) -> definitions.add(name + " " + type));
    TestCluster.define(
        String.format(
            "CREATE TABLE %s.%s (id int PRIMARY KEY, %s)",
            keyspace, table, String.join(", ", definitions)));
    columns.clear();
    columns.addAll(types.keySet());
  }

  /** Inserts the rows with the values that result from the fate. */
  void insert(String table, Fate fate) {
    PreparedStatement insert =
        session.prepare(
            String.format(
                "INSERT INTO %s.%s (id, %s) VALUES (?%s)",
                keyspace, table, String.join(", ", columns), ", ?".repeat(columns.size())));
    int id = 0;
    for (Map<String, ByteBuffer> values : rows(insert)) {
      BoundStatement bound = insert.bind().setInt(0, id++);
      for (int i = 1; i <= columns.size(); i++) {
        ByteBuffer value = values.get(columns.get(i - 1));
        if (value != null) {
          bound =
              bound.setBytesUnsafe(
                  i, fate.of(insert.getVariableDefinitions().get(i).getType(), value));
        }
      }
      session.execute(bound);
    }
    size = id;
  }

  /** Returns the number of rows. */
  int size() {
    return size;
  }

  private List<Map<String, ByteBuffer>> rows(PreparedStatement insert) {
    List<Map<String, ByteBuffer>> rows = new ArrayList<>();
    rows.add(Map.of());
    for (String type : WITH_EMPTY_VALUE) {
      rows.add(Map.of("c_" + type, ByteBuffer.allocate(0)));
    }
    EdgeValues.all()
        .forEach(
            (type, values) -> {
              for (ByteBuffer value : values) {
                rows.add(Map.of("c_" + type, value));
                rows.add(Map.of("l_" + type, CqlBytes.collection(1, value)));
                rows.add(Map.of(KEYED + type, CqlBytes.collection(1, value, CqlBytes.integer(1))));
              }
            });
    CqlGenerator generator = new CqlGenerator(new Random(seed));
    for (int i = 0; i < RANDOM_ROWS; i++) {
      Map<String, ByteBuffer> row = new LinkedHashMap<>();
      for (int j = 0; j < columns.size(); j++) {
        ByteBuffer value = generator.nullable(insert.getVariableDefinitions().get(j + 1).getType());
        if (value != null && !columns.get(j).startsWith(KEYED)) {
          row.put(columns.get(j), value);
        }
      }
      rows.add(row);
    }
    return rows;
  }

  /** Returns all non-null values of the rows in hex, after applying the fate. */
  Map<Integer, Map<String, String>> read(String table, Fate fate) {
    Map<Integer, Map<String, String>> rows = new TreeMap<>();
    for (Row row : session.execute("SELECT * FROM " + keyspace + "." + table)) {
      Map<String, String> values = new TreeMap<>();
      for (int i = 0; i < row.size(); i++) {
        DataType type = row.getColumnDefinitions().get(i).getType();
        ByteBuffer value = fate.of(type, row.getBytesUnsafe(i));
        if (value != null && !isNothing(type, value)) {
          values.put(row.getColumnDefinitions().get(i).getName().asInternal(), CqlBytes.hex(value));
        }
      }
      rows.put(row.getInt("id"), values);
    }
    return rows;
  }

  /** Cassandra stores an empty non-frozen collection as null. */
  private static boolean isNothing(DataType type, ByteBuffer value) {
    boolean multiCell =
        (type instanceof ListType list && !list.isFrozen())
            || (type instanceof SetType set && !set.isFrozen())
            || (type instanceof MapType map && !map.isFrozen());
    return multiCell && value.getInt(value.position()) == 0;
  }
}
