package io.ringhaul.internal.iceberg;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.data.TupleValue;
import com.datastax.oss.driver.api.core.data.UdtValue;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.UserDefinedType;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.iceberg.IcebergTarget;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.iceberg.DataFile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that DuckDB, an independent Parquet reader, reads the inserted values from the data files.
 */
@ClusterTest
class DuckDbIT {

  private static final int ROWS = 150;

  /** The DuckDB expression for each column. */
  private static final Map<String, String> COLUMNS = columns();

  @TempDir Path folder;

  @Test
  void agreesRowByRow() throws Exception {
    CqlSession session = TestCluster.session();
    String keyspace = TestCluster.newKeyspace(3);
    TestCluster.define("CREATE TYPE " + keyspace + ".address (street text, zip int)");
    TestCluster.define(
        "CREATE TABLE "
            + keyspace
            + ".things (id int PRIMARY KEY, flag boolean, tiny tinyint, small smallint, big bigint,"
            + " f float, d double, name text, raw blob, day date, clock time, at timestamp, u uuid,"
            + " dec decimal, vari varint, ip inet, tags list<text>, numbers set<int>,"
            + " prices map<text, bigint>, home frozen<address>, pair tuple<int, text>)");
    List<String> names = new ArrayList<>(COLUMNS.keySet());
    PreparedStatement insert =
        session.prepare(
            String.format(
                "INSERT INTO %s.things (%s) VALUES (?%s)",
                keyspace, String.join(", ", names), ", ?".repeat(names.size() - 1)));
    UserDefinedType address =
        session
            .getMetadata()
            .getKeyspace(keyspace)
            .orElseThrow()
            .getUserDefinedType("address")
            .orElseThrow();
    Map<Integer, List<@Nullable Object>> expected = new TreeMap<>();
    for (int id = 0; id < ROWS; id++) {
      List<@Nullable Object> values = values(id, address);
      session.execute(insert.bind(values.toArray()));
      expected.put(id, texts(values));
    }

    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(session)) {
      operator
          .export(keyspace, "things")
          .to(IcebergTarget.warehouse(folder).table("lake.things"))
          .execute();
    }

    Map<Integer, List<@Nullable Object>> read = read(names);
    assertThat(read.keySet()).isEqualTo(expected.keySet());
    expected.forEach((id, row) -> assertThat(read.get(id)).isEqualTo(row));
  }

  private Map<Integer, List<@Nullable Object>> read(List<String> names) throws SQLException {
    List<String> files = new ArrayList<>();
    Warehouse.with(
        folder,
        warehouse -> {
          for (DataFile file : Warehouse.dataFiles(warehouse.table("lake.things"))) {
            files.add("'" + LocalFileIO.path(file.location()) + "'");
          }
        });
    assertThat(files).isNotEmpty();
    Map<Integer, List<@Nullable Object>> rows = new TreeMap<>();
    try (Connection duckDb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckDb.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT "
                    + String.join(", ", COLUMNS.values())
                    + " FROM read_parquet(["
                    + String.join(", ", files)
                    + "])")) {
      while (result.next()) {
        List<@Nullable Object> row = new ArrayList<>();
        for (int i = 1; i <= names.size(); i++) {
          // Formats doubles as Java does, so that every bit is compared.
          row.add(
              result.getObject(i) instanceof Double number
                  ? String.valueOf(number.doubleValue())
                  : result.getString(i));
        }
        assertThat(rows.put(result.getInt(1), row)).isNull();
      }
    }
    return rows;
  }

  private static Map<String, String> columns() {
    Map<String, String> columns = new LinkedHashMap<>();
    for (String name : List.of("id", "flag", "tiny", "small", "big")) {
      columns.put(name, name + "::VARCHAR");
    }
    columns.put("f", "f::DOUBLE");
    columns.put("d", "d");
    columns.put("name", "name");
    columns.put("raw", "lower(hex(raw))");
    columns.put("day", "strftime(day, '%Y-%m-%d')");
    columns.put("clock", "clock::VARCHAR");
    columns.put("at", "strftime(make_timestamp(epoch_us(\"at\")), '%Y-%m-%d %H:%M:%S.%g')");
    for (String name : List.of("u", "dec", "vari", "ip")) {
      columns.put(name, name + "::VARCHAR");
    }
    columns.put("tags", "array_to_string(tags, '|')");
    columns.put("numbers", "array_to_string(list_sort(numbers), '|')");
    columns.put(
        "prices",
        "array_to_string(list_sort(list_transform(map_entries(prices), e -> e.key || '=' ||"
            + " e.value)), '|')");
    columns.put(
        "home",
        "CASE WHEN home IS NOT NULL THEN coalesce(home.street, '-') || ',' || home.zip END");
    columns.put("pair", "CASE WHEN pair IS NOT NULL THEN pair.f0 || ',' || pair.f1 END");
    return columns;
  }

  private static List<@Nullable Object> values(int id, UserDefinedType address) throws Exception {
    List<@Nullable Object> values = new ArrayList<>();
    values.add(id);
    values.add(id % 2 == 0);
    values.add((byte) (id - 75));
    values.add((short) (id * 300 - 20_000));
    values.add((long) id * 1_000_000_007L - (1L << 40));
    values.add(id * 0.37f - 3);
    values.add(id * 1.0e100 / 3 - 1);
    values.add(id % 10 == 0 ? "" : "näme \"" + id + "\" 日本");
    values.add(ByteBuffer.wrap(("b" + id).repeat(id % 4).getBytes(UTF_8)));
    values.add(LocalDate.of(1960, 2, 29).plusDays(id * 311L));
    values.add(LocalTime.ofNanoOfDay(id * 123_456_789L));
    values.add(Instant.ofEpochMilli(id * 7_654_321_987L - 100_000_000_001L));
    values.add(new UUID(id * 0x9E3779B97F4A7C15L, ~id));
    values.add(new BigDecimal(BigInteger.valueOf(id * 37L - 1_000), id % 9 - 2));
    values.add(BigInteger.valueOf(id - 70).pow(31));
    values.add(InetAddress.getByName(id % 2 == 0 ? "10.1.2." + id : "2001:db8::" + (id + 1)));
    values.add(id % 7 == 0 ? null : List.of("a" + id, "", "ü"));
    values.add(id % 7 == 1 ? null : new LinkedHashSet<>(List.of(id, -id - 1)));
    values.add(id % 7 == 2 ? null : Map.of("x" + id, (long) id, "y", -1L));
    UdtValue home = address.newValue();
    if (id % 3 != 0) {
      home = home.setString("street", "street " + id);
    }
    values.add(id % 7 == 3 ? null : home.setInt("zip", id));
    values.add(
        id % 7 == 4
            ? null
            : DataTypes.tupleOf(DataTypes.INT, DataTypes.TEXT).newValue(id, "second " + id));
    return values;
  }

  /** Returns the values as the query formats them. */
  private static List<@Nullable Object> texts(List<@Nullable Object> values) {
    List<@Nullable Object> texts = new ArrayList<>();
    for (Object value : values) {
      texts.add(value == null ? null : text(value));
    }
    return texts;
  }

  private static String text(Object value) {
    if (value instanceof Float number) {
      return String.valueOf(number.doubleValue());
    } else if (value instanceof Double number) {
      return String.valueOf(number.doubleValue());
    } else if (value instanceof ByteBuffer bytes) {
      byte[] copy = new byte[bytes.remaining()];
      bytes.duplicate().get(copy);
      return HexFormat.of().formatHex(copy);
    } else if (value instanceof LocalTime time) {
      return String.valueOf(time.toNanoOfDay());
    } else if (value instanceof Instant instant) {
      return DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS", Locale.ROOT)
          .format(instant.atOffset(ZoneOffset.UTC));
    } else if (value instanceof InetAddress address) {
      String host = address.getHostAddress();
      return host.contains(":") ? "2001:db8::" + host.substring(host.lastIndexOf(':') + 1) : host;
    } else if (value instanceof List<?> list) {
      return String.join("|", list.stream().map(String::valueOf).toList());
    } else if (value instanceof Set<?> set) {
      Set<Integer> sorted = new TreeSet<>();
      set.forEach(element -> sorted.add((Integer) element));
      return String.join("|", sorted.stream().map(String::valueOf).toList());
    } else if (value instanceof Map<?, ?> map) {
      Set<String> sorted = new TreeSet<>();
      map.forEach((key, price) -> sorted.add(key + "=" + price));
      return String.join("|", sorted);
    } else if (value instanceof UdtValue home) {
      return Objects.requireNonNullElse(home.getString("street"), "-") + "," + home.getInt("zip");
    } else if (value instanceof TupleValue pair) {
      return pair.getInt(0) + "," + pair.getString(1);
    }
    return value.toString();
  }
}
