import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HexFormat;
import java.util.Iterator;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Prints every row of an Iceberg table as one line of JSON. A test launches this source file with
 * Spark on the class path. Arguments: the warehouse's folder, the table, and the columns or none
 * for all.
 */
public final class PrintWithSpark {

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final long MICROS = 1_000_000;

  private PrintWithSpark() {}

  public static void main(String[] arguments) throws Exception {
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    ObjectMapper mapper = new ObjectMapper();
    try (SparkSession spark = session(arguments[0])) {
      Dataset<Row> table = spark.table("ringhaul." + arguments[1]);
      if (arguments.length > 2) {
        Column[] columns = new Column[arguments.length - 2];
        for (int i = 0; i < columns.length; i++) {
          columns[i] = table.col("`" + arguments[i + 2] + "`");
        }
        table = table.select(columns);
      }
      Iterator<Row> rows = table.toLocalIterator();
      while (rows.hasNext()) {
        out.println(mapper.writeValueAsString(value(table.schema(), rows.next())));
      }
    }
    out.flush();
  }

  private static SparkSession session(String warehouse) {
    String catalog = "spark.sql.catalog.ringhaul";
    return SparkSession.builder()
        .master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.datetime.java8API.enabled", "true")
        .config(catalog, "org.apache.iceberg.spark.SparkCatalog")
        .config(catalog + ".type", "jdbc")
        .config(catalog + ".uri", "jdbc:sqlite:" + warehouse + "/catalog.db")
        .config(catalog + ".jdbc.schema-version", "V1")
        .config(catalog + ".warehouse", warehouse)
        .getOrCreate();
  }

  private static JsonNode value(DataType type, Object value) {
    if (value == null) {
      return JSON.nullNode();
    } else if (type instanceof StructType) {
      return struct((StructType) type, (Row) value);
    } else if (type instanceof ArrayType) {
      ArrayNode list = JSON.arrayNode();
      scala.collection.Iterator<?> elements = ((scala.collection.Seq<?>) value).iterator();
      while (elements.hasNext()) {
        list.add(value(((ArrayType) type).elementType(), elements.next()));
      }
      return list;
    } else if (type instanceof MapType) {
      return map((MapType) type, (scala.collection.Map<?, ?>) value);
    }
    return scalar(value);
  }

  private static JsonNode struct(StructType type, Row row) {
    ObjectNode struct = JSON.objectNode();
    StructField[] fields = type.fields();
    for (int i = 0; i < fields.length; i++) {
      struct.set(fields[i].name(), value(fields[i].dataType(), row.get(i)));
    }
    return struct;
  }

  /** A list of pairs: JSON's objects have no keys but texts. */
  private static JsonNode map(MapType type, scala.collection.Map<?, ?> map) {
    ArrayNode entries = JSON.arrayNode();
    scala.collection.Iterator<?> iterator = map.iterator();
    while (iterator.hasNext()) {
      scala.Tuple2<?, ?> entry = (scala.Tuple2<?, ?>) iterator.next();
      entries
          .addArray()
          .add(value(type.keyType(), entry._1()))
          .add(value(type.valueType(), entry._2()));
    }
    return entries;
  }

  private static JsonNode scalar(Object value) {
    if (value instanceof Boolean) {
      return JSON.booleanNode((Boolean) value);
    } else if (value instanceof Integer || value instanceof Long) {
      return JSON.numberNode(((Number) value).longValue());
    } else if (value instanceof Float) {
      // The bits, so that -0.0 and every NaN counts.
      return JSON.textNode(String.format("%08x", Float.floatToRawIntBits((Float) value)));
    } else if (value instanceof Double) {
      return JSON.textNode(String.format("%016x", Double.doubleToRawLongBits((Double) value)));
    } else if (value instanceof byte[]) {
      return JSON.textNode(HexFormat.of().formatHex((byte[]) value));
    } else if (value instanceof LocalDate) {
      return JSON.numberNode(((LocalDate) value).toEpochDay());
    } else if (value instanceof Instant) {
      return JSON.numberNode(micros((Instant) value));
    } else if (value instanceof String) {
      return JSON.textNode((String) value);
    }
    throw new IllegalArgumentException(value.getClass().getName());
  }

  /** Through BigInteger: the first seconds of the range alone do not fit. */
  private static long micros(Instant instant) {
    return BigInteger.valueOf(instant.getEpochSecond())
        .multiply(BigInteger.valueOf(MICROS))
        .add(BigInteger.valueOf(instant.getNano() / 1_000))
        .longValueExact();
  }
}
