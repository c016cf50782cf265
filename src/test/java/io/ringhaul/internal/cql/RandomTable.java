package io.ringhaul.internal.cql;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import io.ringhaul.schema.ColumnDescription;
import io.ringhaul.schema.ColumnDescription.Kind;
import io.ringhaul.schema.TableDescription;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A random table that Cassandra can create, and its rows, from one seed: 1 to 40 columns besides
 * the key, types nested to depth 4, quoted names, static columns and descending clustering.
 */
public final class RandomTable {

  private static final int MOST_DEPTH = 4;
  private static final int MOST_COLUMNS = 40;

  /** Without durations, which keys, sets and map keys do not allow. */
  private static final List<DataType> SCALARS =
      CqlGenerator.SCALARS.stream().filter(type -> !type.equals(DataTypes.DURATION)).toList();

  private static final String[] NAMES = {
    "value", "Value Two", "\"quoted\"", "größe", "select", "a_b"
  };

  private final Random random;
  private final CqlGenerator values;
  private final TableDescription table;
  private final int containers;
  private int userTypes;

  /**
   * Creates a table from the random numbers.
   *
   * @param vectors whether columns may have vectors
   */
  public RandomTable(
      String keyspace, String name, Random random, CqlGenerator.Nans nans, boolean vectors) {
    this.random = random;
    this.containers = vectors ? 6 : 5;
    this.values = new CqlGenerator(random, nans);
    List<ColumnDescription> columns = new ArrayList<>();
    // The first key column is the row's number, so that rows have different keys.
    columns.add(new ColumnDescription("number", DataTypes.INT, Kind.PARTITION_KEY));
    if (random.nextBoolean()) {
      columns.add(new ColumnDescription("Second Key", keyType(), Kind.PARTITION_KEY));
    }
    Set<String> descending = new HashSet<>();
    int clustering = random.nextInt(3);
    for (int i = 0; i < clustering; i++) {
      columns.add(new ColumnDescription("cluster" + i, keyType(), Kind.CLUSTERING));
      if (random.nextBoolean()) {
        descending.add("cluster" + i);
      }
    }
    int others = 1 + random.nextInt(MOST_COLUMNS);
    for (int i = 0; i < others; i++) {
      Kind kind = clustering > 0 && random.nextInt(5) == 0 ? Kind.STATIC : Kind.REGULAR;
      columns.add(new ColumnDescription(pick(NAMES) + " " + i, type(random.nextInt(5)), kind));
    }
    this.table = new TableDescription(keyspace, name, columns, descending);
  }

  /** Returns the table. */
  public TableDescription description() {
    return table;
  }

  /** Returns the values of a row. Key columns are never null, other columns sometimes. */
  public List<@Nullable ByteBuffer> row(int number) {
    List<@Nullable ByteBuffer> row = new ArrayList<>();
    for (ColumnDescription column : table.columns()) {
      if (column.name().equals("number")) {
        row.add(CqlBytes.integer(number));
      } else if (column.isPrimaryKey()) {
        row.add(values.value(column.type()));
      } else {
        row.add(values.nullable(column.type()));
      }
    }
    return row;
  }

  /** Returns a type that Cassandra accepts in a key: without durations. */
  private DataType keyType() {
    return random.nextInt(3) == 0 ? nested(1) : pick(SCALARS.toArray(new DataType[0]));
  }

  private DataType type(int depth) {
    if (depth == 0 || random.nextInt(3) == 0) {
      return random.nextInt(15) == 0 ? DataTypes.DURATION : pick(SCALARS.toArray(new DataType[0]));
    }
    return container(Math.min(depth, MOST_DEPTH), random.nextBoolean());
  }

  /** Returns a type inside another one, frozen unless it is a scalar. */
  private DataType nested(int depth) {
    return depth == 0 || random.nextInt(3) == 0
        ? pick(SCALARS.toArray(new DataType[0]))
        : container(depth, true);
  }

  private DataType container(int depth, boolean frozen) {
    return switch (random.nextInt(containers)) {
      case 0 -> DataTypes.listOf(nested(depth - 1), frozen);
      case 1 -> DataTypes.setOf(nested(depth - 1), frozen);
      case 2 -> DataTypes.mapOf(nested(depth - 1), nested(depth - 1), frozen);
      case 3 -> DataTypes.tupleOf(fields(depth).toArray(new DataType[0]));
      case 4 -> {
        List<DataType> fields = fields(depth);
        yield TestUserType.of(
            "Type " + ++userTypes,
            IntStream.range(0, fields.size()).mapToObj(i -> pick(NAMES) + " " + i).toList(),
            fields);
      }
      // The driver cannot parse the names of vectors with elements other than scalars.
      default -> DataTypes.vectorOf(nested(0), 1 + random.nextInt(4));
    };
  }

  private List<DataType> fields(int depth) {
    return IntStream.range(0, 1 + random.nextInt(4)).mapToObj(i -> nested(depth - 1)).toList();
  }

  @SafeVarargs
  private <T> T pick(T... choices) {
    return choices[random.nextInt(choices.length)];
  }
}
