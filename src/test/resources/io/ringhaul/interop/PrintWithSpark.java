import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.Iterator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Runs SQL statements one after another and prints every row that one gives as one line of JSON. A
 * test launches this source file with Spark on the class path. Arguments: settings for Spark, and
 * the statements.
 */
public final class PrintWithSpark {

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final long MICROS = 1_000_000;

  private PrintWithSpark() {}

  public static void main(String[] arguments) throws Exception {
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    ObjectMapper mapper = new ObjectMapper();
    SparkSession.Builder settings =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.datetime.java8API.enabled", "true");
    int named = 0;
    for (; arguments[named].startsWith("spark."); named++) {
      String[] setting = arguments[named].split("=", 2);
      settings.config(setting[0], setting[1]);
    }
    try (SparkSession spark = settings.getOrCreate()) {
      for (int i = named; i < arguments.length; i++) {
        Dataset<Row> result = spark.sql(arguments[i]);
        Iterator<Row> rows = result.toLocalIterator();
        while (rows.hasNext()) {
          out.println(mapper.writeValueAsString(value(result.schema(), rows.next())));
        }
      }
    }
    out.flush();
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
    } else if (value instanceof LocalDateTime) {
      return JSON.numberNode(micros(((LocalDateTime) value).toInstant(ZoneOffset.UTC)));
    } else if (value instanceof BigDecimal) {
      return JSON.textNode(value.toString());
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
