package io.ringhaul.it;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.data.CqlDuration;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.TupleType;
import com.datastax.oss.driver.api.core.type.UserDefinedType;
import io.ringhaul.cluster.AsyncWrites;
import io.ringhaul.cluster.TestCluster;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A table with columns of nearly every type. The seed and the row number determine the values;
 * about every fifth value is null.
 */
final class OrdersTable {

  /** The fields of the user-defined type. */
  record Address(
      @Nullable String street, @Nullable Integer zip, @Nullable SortedSet<String> tags) {}

  /** The fields of the tuple. */
  record Point(@Nullable Integer x, @Nullable String label, @Nullable BigDecimal y) {}

  /** The components of the vector. */
  record Vector(float x, float y, float z) {

    /** Uses raw bytes, because the driver's vector class differs between versions. */
    ByteBuffer bytes() {
      return ByteBuffer.allocate(3 * Float.BYTES).putFloat(x).putFloat(y).putFloat(z).flip();
    }
  }

  private static final int ROWS_PER_PARTITION = 10;
  private static final String COLUMNS =
      "customer uuid, number int, total decimal, quantity varint, note text, code ascii, order_date"
          + " date, placed timestamp, at time, weight double, ratio float, small smallint, tiny"
          + " tinyint, big bigint, active boolean, payload blob, ip inet, event timeuuid, wait"
          + " duration, items list<text>, tags set<int>, props map<text, bigint>, home"
          + " frozen<address>, point frozen<tuple<int, text, decimal>>, embedding %s, frozen_items"
          + " frozen<list<int>>";

  private final CqlSession session;
  private final String keyspace;
  private final long seed;

  OrdersTable(CqlSession session, String keyspace, long seed) {
    this.session = session;
    this.keyspace = keyspace;
    this.seed = seed;
  }

  void createType() {
    TestCluster.define(
        "CREATE TYPE " + keyspace + ".address (street text, zip int, tags frozen<set<text>>)");
  }

  void create(String table) {
    TestCluster.define(
        String.format(
            "CREATE TABLE %s.%s (" + COLUMNS + ", PRIMARY KEY (customer, number))",
            keyspace,
            table,
            // Older versions of Cassandra get the same bytes.
            TestCluster.hasVectors() ? "vector<float, 3>" : "blob"));
  }

  /** Inserts the rows with numbers from 0 to {@code count} - 1. */
  void insert(String table, int count) {
    List<String> names = List.copyOf(values(0).keySet());
    PreparedStatement insert =
        session.prepare(
            String.format(
                "INSERT INTO %s.%s (%s) VALUES (%s)",
                keyspace,
                table,
                String.join(", ", names),
                String.join(", ", names.stream().map(name -> ":" + name).toList())));
    UserDefinedType address =
        session
            .getMetadata()
            .getKeyspace(keyspace)
            .orElseThrow()
            .getUserDefinedType("address")
            .orElseThrow();
    try (AsyncWrites writes = new AsyncWrites(session)) {
      List<BoundStatement> partition = new ArrayList<>();
      for (int number = 0; number < count; number++) {
        partition.add(bind(insert, address, values(number)));
        if (partition.size() == ROWS_PER_PARTITION || number == count - 1) {
          writes.addPartition(partition);
          partition.clear();
        }
      }
    }
  }

  /** Returns the values of a row by column. */
  Map<String, @Nullable Object> values(int number) {
    Random random = new Random(seed * 31 + number);
    UUID customer = customer(number / ROWS_PER_PARTITION);
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    values.put("customer", customer);
    values.put("number", number);
    values.put(
        "total",
        new BigDecimal(new BigInteger(random.nextInt(100) + 1, random), random.nextInt(40) - 10));
    values.put("quantity", new BigInteger(random.nextInt(120) + 1, random).negate());
    values.put("note", text(random));
    values.put("code", "c" + random.nextInt(1_000_000));
    values.put("order_date", LocalDate.ofEpochDay(random.nextInt(60_000) - 20_000));
    values.put("placed", Instant.ofEpochMilli(random.nextLong() % 4_000_000_000_000L));
    values.put("at", LocalTime.ofNanoOfDay(Math.floorMod(random.nextLong(), 86_400_000_000_000L)));
    values.put("weight", random.nextInt(50) == 0 ? -0.0 : random.nextGaussian() * 1e100);
    values.put("ratio", random.nextInt(50) == 0 ? Float.NaN : random.nextFloat());
    values.put("small", (short) random.nextInt());
    values.put("tiny", (byte) random.nextInt());
    values.put("big", random.nextLong());
    values.put("active", random.nextBoolean());
    values.put("payload", ByteBuffer.wrap(bytes(random, random.nextInt(40))));
    values.put("ip", ip(random));
    values.put(
        "event",
        new UUID(
            (random.nextLong() & ~0xf000L) | 0x1000L,
            (random.nextLong() & ~(3L << 62)) | (1L << 63)));
    int sign = random.nextBoolean() ? 1 : -1;
    values.put(
        "wait",
        CqlDuration.newInstance(
            sign * random.nextInt(500),
            sign * random.nextInt(100),
            sign * (random.nextLong() >>> 16)));
    List<String> items = new ArrayList<>();
    SortedSet<Integer> tags = new TreeSet<>();
    SortedMap<String, Long> props = new TreeMap<>();
    List<Integer> frozenItems = new ArrayList<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      items.add(text(random));
      tags.add(random.nextInt());
      props.put("k" + random.nextInt(100), random.nextLong());
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      frozenItems.add(random.nextInt());
    }
    values.put("items", items);
    values.put("tags", tags);
    values.put("props", props);
    values.put(
        "home",
        new Address(
            random.nextInt(4) == 0 ? null : text(random),
            random.nextInt(4) == 0 ? null : random.nextInt(),
            random.nextInt(4) == 0 ? null : new TreeSet<>(List.of("a", "b" + number))));
    values.put(
        "point",
        new Point(
            random.nextInt(4) == 0 ? null : random.nextInt(),
            random.nextInt(4) == 0 ? null : text(random),
            random.nextInt(4) == 0 ? null : BigDecimal.valueOf(random.nextLong(), 7)));
    values.put("embedding", new Vector(random.nextFloat(), -random.nextFloat(), number));
    values.put("frozen_items", frozenItems);
    values
        .entrySet()
        .forEach(
            entry -> {
              boolean key = entry.getKey().equals("customer") || entry.getKey().equals("number");
              if (!key && random.nextInt(5) == 0) {
                entry.setValue(null);
              }
            });
    return values;
  }

  private UUID customer(int partition) {
    Random random = new Random(seed ^ (partition * 0x9e3779b97f4a7c15L));
    return new UUID(random.nextLong(), random.nextLong());
  }

  private static BoundStatement bind(
      PreparedStatement insert, UserDefinedType address, Map<String, @Nullable Object> values) {
    BoundStatement bound = insert.bind();
    for (Map.Entry<String, @Nullable Object> entry : values.entrySet()) {
      Object value = entry.getValue();
      if (value instanceof List<?> list && entry.getKey().equals("items")) {
        bound =
            bound.setList(
                entry.getKey(), list.stream().map(String.class::cast).toList(), String.class);
      } else if (value instanceof Address home) {
        bound =
            bound.setUdtValue(
                entry.getKey(),
                address
                    .newValue()
                    .setString("street", home.street())
                    .set("zip", home.zip(), Integer.class)
                    .setSet("tags", home.tags(), String.class));
      } else if (value instanceof Point point) {
        TupleType type = DataTypes.tupleOf(DataTypes.INT, DataTypes.TEXT, DataTypes.DECIMAL);
        type.attach(address.getAttachmentPoint());
        bound =
            bound.setTupleValue(
                entry.getKey(),
                type.newValue()
                    .set(0, point.x(), Integer.class)
                    .setString(1, point.label())
                    .setBigDecimal(2, point.y()));
      } else if (value instanceof Vector vector) {
        bound = bound.setBytesUnsafe(entry.getKey(), vector.bytes());
      } else if (value instanceof SortedSet<?> set) {
        bound =
            bound.setSet(
                entry.getKey(),
                new TreeSet<>(set.stream().map(Integer.class::cast).toList()),
                Integer.class);
      } else if (value instanceof SortedMap<?, ?> map) {
        SortedMap<String, Long> copy = new TreeMap<>();
        map.forEach((key, each) -> copy.put((String) key, (Long) each));
        bound = bound.setMap(entry.getKey(), copy, String.class, Long.class);
      } else if (value instanceof List<?> list) {
        bound =
            bound.setList(
                entry.getKey(), list.stream().map(Integer.class::cast).toList(), Integer.class);
      } else if (value != null) {
        bound = set(bound, entry.getKey(), value);
      }
    }
    return bound;
  }

  @SuppressWarnings("unchecked")
  private static <T> BoundStatement set(BoundStatement bound, String name, T value) {
    Class<T> type = (Class<T>) value.getClass();
    if (value instanceof ByteBuffer buffer) {
      return bound.setByteBuffer(name, buffer);
    }
    if (value instanceof InetAddress inet) {
      return bound.setInetAddress(name, inet);
    }
    return bound.set(name, value, type);
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(12); i > 0; i--) {
      text.append("ab\u00e4\u4e16\u0000\n\"',".charAt(random.nextInt(9)));
    }
    return text.toString();
  }

  private static byte[] bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static InetAddress ip(Random random) {
    try {
      return InetAddress.getByAddress(bytes(random, 4));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("Four bytes are a valid address", e);
    }
  }
}
