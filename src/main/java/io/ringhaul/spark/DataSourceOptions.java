package io.ringhaul.spark;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import io.ringhaul.batch.BatchLimits;
import io.ringhaul.batch.Grouping;
import io.ringhaul.exceptions.InvalidSettingException;
import io.ringhaul.exceptions.UnsuitableTableException;
import io.ringhaul.format.TypeMapping;
import io.ringhaul.format.UuidForm;
import io.ringhaul.internal.cql.TableLookup;
import io.ringhaul.internal.parquet.ReadOptions;
import io.ringhaul.internal.parquet.TypeChoices;
import io.ringhaul.internal.text.SimilarNames;
import io.ringhaul.schema.TableDescription;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.spark.sql.internal.SQLConf;

/**
 * The options of a data frame. Options whose name begins with {@code spark.cassandra.} have the
 * names of the Spark Cassandra Connector, and their values may be in Spark's configuration instead.
 *
 * @param given the values by option, of the data frame or of Spark's configuration
 * @param driver settings of Cassandra's driver by their paths
 */
record DataSourceOptions(Map<Option, String> given, Map<String, String> driver)
    implements Serializable {

  private static final long serialVersionUID = 1;

  /** Options that are true or false. */
  private static final Set<Option> SWITCHES =
      EnumSet.of(
          Option.ALLOW_FILTERING,
          Option.PUSHDOWN,
          Option.TRUNCATE_TIMESTAMPS,
          Option.DROP_NULL_ELEMENTS,
          Option.ADD_TO_COUNTERS,
          Option.CONFIRM_TRUNCATE,
          Option.IGNORE_NULLS);

  private static final String DRIVER = "driver.";
  private static final int PORT = 9042;
  private static final int MOST_TTL = 630_720_000;
  private static final long BYTES_OF_MEGABYTE = 1 << 20;

  /** An option, with the name that users write. */
  enum Option {
    KEYSPACE("keyspace"),
    TABLE("table"),
    WHERE("where"),
    ALLOW_FILTERING("allowFiltering"),
    PUSHDOWN("pushdown"),
    TYPES("types"),
    DECIMALS("decimals"),
    TIME_ZONE("timeZone"),
    TRUNCATE_TIMESTAMPS("truncateTimestamps"),
    DROP_NULL_ELEMENTS("dropNullElements"),
    TTL("ttl"),
    TIMESTAMP("timestamp"),
    ADD_TO_COUNTERS("addToCounters"),
    MAX_ERRORS("maxErrors"),
    REJECTS_TO("rejectsTo"),
    CONFIRM_TRUNCATE("confirm.truncate"),
    HOST("spark.cassandra.connection.host"),
    CONNECTION_PORT("spark.cassandra.connection.port"),
    LOCAL_DC("spark.cassandra.connection.localDC"),
    DRIVER_FILE("spark.cassandra.connection.config.profile.path"),
    USERNAME("spark.cassandra.auth.username"),
    PASSWORD("spark.cassandra.auth.password"),
    SPLIT_SIZE("spark.cassandra.input.split.sizeInMB"),
    FETCH_SIZE("spark.cassandra.input.fetch.sizeInRows"),
    READ_CONSISTENCY("spark.cassandra.input.consistency.level"),
    WRITE_CONSISTENCY("spark.cassandra.output.consistency.level"),
    IGNORE_NULLS("spark.cassandra.output.ignoreNulls"),
    BATCH_BYTES("spark.cassandra.output.batch.size.bytes"),
    BATCH_ROWS("spark.cassandra.output.batch.size.rows"),
    GROUPING_KEY("spark.cassandra.output.batch.grouping.key"),
    CONCURRENT_WRITES("spark.cassandra.output.concurrent.writes");

    private final String text;

    Option(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /**
   * Returns the options of a data frame with those of Spark's configuration.
   *
   * @param ofDataFrame by name; the case of names does not matter
   * @throws InvalidSettingException if an option is unknown, or the keyspace or table is missing
   */
  static DataSourceOptions of(Map<String, String> ofDataFrame) {
    Map<Option, String> given = new EnumMap<>(Option.class);
    SQLConf configuration = SQLConf.get();
    for (Option option : Option.values()) {
      if (option.text.startsWith("spark.") && configuration.contains(option.text)) {
        given.put(option, configuration.getConfString(option.text));
      }
    }
    Map<String, String> driver = new TreeMap<>();
    ofDataFrame.forEach(
        (name, value) -> {
          if (name.toLowerCase(Locale.ROOT).startsWith(DRIVER)) {
            driver.put(name.substring(DRIVER.length()), value);
          } else {
            given.put(named(name), value);
          }
        });
    DataSourceOptions options = new DataSourceOptions(given, driver);
    options.check();
    return options;
  }

  /** Checks all values, before anything is read or written. */
  private void check() {
    required(Option.KEYSPACE);
    required(Option.TABLE);
    for (Option option : SWITCHES) {
      isSet(option);
    }
    consistency(Option.READ_CONSISTENCY);
    consistency(Option.WRITE_CONSISTENCY);
    splitBytes();
    rowsToPage();
    types();
    values();
    batches();
    grouping();
    concurrentWrites();
    ttl();
    timestamp();
    maxErrors();
    if (isSet(Option.ALLOW_FILTERING) && value(Option.WHERE).isEmpty()) {
      throw new InvalidSettingException(
          Option.ALLOW_FILTERING.text,
          String.format(
              "Option %s needs a condition to filter by: set the option %s",
              Option.ALLOW_FILTERING, Option.WHERE));
    }
  }

  private static Option named(String name) {
    return Arrays.stream(Option.values())
        .filter(option -> option.text.equalsIgnoreCase(name))
        .findFirst()
        .orElseThrow(() -> unknown(name));
  }

  private static InvalidSettingException unknown(String name) {
    List<String> names = Arrays.stream(Option.values()).map(Option::toString).toList();
    return new InvalidSettingException(
        name,
        "The data source ringhaul has no option "
            + name
            + SimilarNames.nearest(name, names)
                .map(nearest -> "; did you mean " + nearest + "?")
                .orElseGet(
                    () ->
                        "; it has "
                            + String.join(", ", names)
                            + ", and driver.PATH for each setting of Cassandra's driver"));
  }

  private String required(Option option) {
    return value(option)
        .orElseThrow(
            () ->
                new InvalidSettingException(
                    option.text,
                    String.format(
                        "The data source ringhaul needs the option %s, such as"
                            + " option(\"%1$s\", \"%s\")",
                        option, option == Option.KEYSPACE ? "store" : "orders")));
  }

  Optional<String> value(Option option) {
    return Optional.ofNullable(given.get(option));
  }

  CqlIdentifier keyspace() {
    return identifier(Option.KEYSPACE);
  }

  CqlIdentifier table() {
    return identifier(Option.TABLE);
  }

  private CqlIdentifier identifier(Option option) {
    String name = required(option);
    // Names are as stored, as in the connector; a name in double quotes is in CQL form.
    return name.startsWith("\"") ? CqlIdentifier.fromCql(name) : CqlIdentifier.fromInternal(name);
  }

  boolean isSet(Option option) {
    return isSet(option, false);
  }

  boolean isSet(Option option, boolean usual) {
    return value(option)
        .map(
            text ->
                switch (text.toLowerCase(Locale.ROOT)) {
                  case "true" -> true;
                  case "false" -> false;
                  default -> throw invalid(option, text, "true or false");
                })
        .orElse(usual);
  }

  OptionalLong number(Option option, long least, long most) {
    Optional<String> text = value(option);
    return text.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(
            parsed(
                option,
                text.get(),
                Long::valueOf,
                (given, number) -> number >= least && number <= most,
                String.format(Locale.ROOT, "a whole number from %d to %d", least, most)));
  }

  private static InvalidSettingException invalid(Option option, String text, String values) {
    return new InvalidSettingException(
        option.text, String.format("Option %s is %s; it takes %s", option, text, values));
  }

  private static <T> T parsed(
      Option option,
      String text,
      Function<String, T> parser,
      BiPredicate<String, T> isValid,
      String values) {
    try {
      T value = parser.apply(text.strip());
      if (isValid.test(text, value)) {
        return value;
      }
    } catch (IllegalArgumentException | DateTimeException e) {
      // Reported below.
    }
    throw invalid(option, text, values);
  }

  private <E extends Enum<E>> Optional<E> choice(Option option, Class<E> type) {
    return value(option)
        .map(
            text ->
                parsed(
                    option,
                    text,
                    name -> Enum.valueOf(type, name.toUpperCase(Locale.ROOT)),
                    (given, any) -> true,
                    "one of "
                        + Arrays.stream(type.getEnumConstants())
                            .map(each -> each.name().toLowerCase(Locale.ROOT))
                            .collect(Collectors.joining(", "))));
  }

  ConsistencyLevel consistency(Option option) {
    return choice(option, DefaultConsistencyLevel.class)
        .orElse(DefaultConsistencyLevel.LOCAL_QUORUM);
  }

  /** The bytes of a partition of a data frame, by the servers' estimate. */
  long splitBytes() {
    return number(Option.SPLIT_SIZE, 1, 1 << 20).orElse(128) * BYTES_OF_MEGABYTE;
  }

  OptionalInt rowsToPage() {
    OptionalLong rows = number(Option.FETCH_SIZE, 1, 1_000_000);
    return rows.isEmpty() ? OptionalInt.empty() : OptionalInt.of((int) rows.getAsLong());
  }

  TypeChoices types() {
    TypeChoices types =
        TypeChoices.NONE
            .mapping(choice(Option.TYPES, TypeMapping.class).orElse(TypeMapping.EXACT))
            .uuids(UuidForm.TEXT);
    Optional<String> decimals = value(Option.DECIMALS);
    if (decimals.isEmpty()) {
      return types;
    }
    int[] numbers =
        parsed(
            Option.DECIMALS,
            decimals.get(),
            text ->
                Arrays.stream(text.split("\\s*,\\s*", -1)).mapToInt(Integer::parseInt).toArray(),
            (text, parts) ->
                parts.length == 2
                    && parts[0] >= 1
                    && parts[0] <= 38
                    && parts[1] >= 0
                    && parts[1] <= parts[0],
            "the precision and the scale of all decimals, such as 38,18");
    return types.decimals(numbers[0], numbers[1]);
  }

  /** How values without an exact CQL counterpart are written. */
  ReadOptions values() {
    ReadOptions values = ReadOptions.EXACT;
    Optional<String> zone = value(Option.TIME_ZONE);
    if (zone.isPresent()) {
      values =
          values.inZone(
              parsed(
                  Option.TIME_ZONE,
                  zone.get(),
                  ZoneId::of,
                  (text, any) -> true,
                  "a time zone, such as UTC or Europe/Berlin"));
    }
    values = isSet(Option.TRUNCATE_TIMESTAMPS) ? values.truncatingTimestamps() : values;
    return isSet(Option.DROP_NULL_ELEMENTS) ? values.droppingNullElements() : values;
  }

  BatchLimits batches() {
    BatchLimits usual = BatchLimits.DEFAULT;
    boolean isAuto = value(Option.BATCH_ROWS).filter("auto"::equalsIgnoreCase).isPresent();
    return new BatchLimits(
        isAuto
            ? usual.maxStatements()
            : (int) number(Option.BATCH_ROWS, 1, 65_535).orElse(usual.maxStatements()),
        (int) number(Option.BATCH_BYTES, 1, Integer.MAX_VALUE).orElse(usual.maxBytes()),
        usual.maxBuffered());
  }

  /** The requests in flight of a task that writes. */
  int concurrentWrites() {
    return (int) number(Option.CONCURRENT_WRITES, 1, 10_000).orElse(16);
  }

  Grouping grouping() {
    return choice(Option.GROUPING_KEY, Grouping.class).orElse(Grouping.REPLICA_SET);
  }

  /** The TTL of all rows, or of each row; empty for the table's default. */
  Optional<RowTime> ttl() {
    return value(Option.TTL).map(text -> rowTime(Option.TTL, text, MOST_TTL));
  }

  /** The write time of all rows, or of each row. */
  Optional<RowTime> timestamp() {
    return value(Option.TIMESTAMP).map(text -> rowTime(Option.TIMESTAMP, text, Long.MAX_VALUE));
  }

  private RowTime rowTime(Option option, String text, long most) {
    return text.strip().matches("-?\\d+")
        ? new RowTime(number(option, 0, most), "")
        : new RowTime(OptionalLong.empty(), text);
  }

  /**
   * A time of rows.
   *
   * @param value the time of all rows; if it is empty, {@code column} of the data frame has it
   */
  record RowTime(OptionalLong value, String column) {}

  /** Whether a row that cannot be written does not fail the write. */
  boolean rejects() {
    return value(Option.MAX_ERRORS).isPresent() || value(Option.REJECTS_TO).isPresent();
  }

  /** The most rows that may be rejected. */
  long maxErrors() {
    long usual = value(Option.REJECTS_TO).isPresent() ? Long.MAX_VALUE : 0;
    return number(Option.MAX_ERRORS, 0, Long.MAX_VALUE).orElse(usual);
  }

  /** Where sessions come from; the same options have the same session. */
  SparkTask.Source source() {
    Optional<String> file = value(Option.DRIVER_FILE);
    if (file.isPresent()) {
      List<Option> others =
          given.keySet().stream()
              .filter(EnumSet.range(Option.HOST, Option.PASSWORD)::contains)
              .filter(option -> option != Option.DRIVER_FILE)
              .toList();
      if (!others.isEmpty() || !driver.isEmpty()) {
        throw new InvalidSettingException(
            Option.DRIVER_FILE.text,
            String.format(
                "Option %s has all settings of the connection: leave %s out",
                Option.DRIVER_FILE,
                others.isEmpty() ? DRIVER + driver.keySet().iterator().next() : others.get(0)));
      }
      SessionFactory sessions = SessionFactory.file(Path.of(file.get()));
      return new SparkTask.Source(id(Path.of(file.get())), sessions);
    }
    Map<String, String> settings = new LinkedHashMap<>();
    List<String> hosts = contactPoints();
    for (int i = 0; i < hosts.size(); i++) {
      settings.put("basic.contact-points." + i, hosts.get(i));
    }
    Optional<String> localDc = value(Option.LOCAL_DC);
    if (localDc.isPresent()) {
      settings.put("basic.load-balancing-policy.local-datacenter", localDc.get());
    } else if (!driver.containsKey("basic.load-balancing-policy.local-datacenter")) {
      settings.put("basic.load-balancing-policy.class", "DcInferringLoadBalancingPolicy");
    }
    Optional<String> user = value(Option.USERNAME);
    if (user.isPresent() != value(Option.PASSWORD).isPresent()) {
      throw new InvalidSettingException(
          Option.USERNAME.text,
          String.format(
              "Options %s and %s belong together: set both", Option.USERNAME, Option.PASSWORD));
    }
    if (user.isPresent()) {
      settings.put("advanced.auth-provider.class", "PlainTextAuthProvider");
      settings.put("advanced.auth-provider.username", user.get());
      settings.put("advanced.auth-provider.password", value(Option.PASSWORD).orElseThrow());
    }
    settings.putAll(driver);
    return new SparkTask.Source(id(settings.toString()), SessionFactory.of(settings));
  }

  private List<String> contactPoints() {
    List<String> hosts = new ArrayList<>();
    long port = number(Option.CONNECTION_PORT, 1, 65_535).orElse(PORT);
    if (value(Option.HOST).isEmpty()
        && driver.keySet().stream().noneMatch(path -> path.startsWith("basic.contact-points"))
        && driver.keySet().stream()
            .noneMatch(path -> path.startsWith("basic.cloud.secure-connect-bundle"))) {
      throw new InvalidSettingException(
          Option.HOST.text,
          "The data source ringhaul needs the option "
              + Option.HOST
              + ", with the names or addresses of Cassandra's nodes; Spark's configuration may have"
              + " it too");
    }
    for (String host : value(Option.HOST).orElse("").split(",", -1)) {
      String name = host.strip();
      if (!name.isEmpty()) {
        boolean hasPort = name.matches("[^:]+:\\d+") || name.matches("\\[.*]:\\d+");
        hosts.add(hasPort ? name : name + ":" + port);
      }
    }
    return hosts;
  }

  private static UUID id(Path file) {
    try {
      return id("file " + Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static UUID id(String settings) {
    return UUID.nameUUIDFromBytes(settings.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Looks the table up. A session learns of changes of the schema with a delay, and is used for
   * many data frames, so it reads the schema again if something is missing.
   *
   * @param columns stored names of columns that the table has
   * @throws UnsuitableTableException if there is no such table to read
   */
  TableDescription lookUp(CqlSession session, Collection<String> columns) {
    TableLookup lookup = new TableLookup(session);
    try {
      TableDescription table = lookup.readable(keyspace(), table());
      if (columns.stream().allMatch(name -> table.column(name).isPresent())) {
        return table;
      }
    } catch (UnsuitableTableException e) {
      // Thrown again below, unless the session did not know.
    }
    session.refreshSchema();
    return lookup.readable(keyspace(), table());
  }

  /** Leaves out the values, which may be secret. */
  @Override
  public String toString() {
    return "options " + given.keySet();
  }
}
