package io.ringhaul.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.cql.Row;
import io.ringhaul.TokenAwareBulkOperator;
import io.ringhaul.cluster.ClusterTest;
import io.ringhaul.cluster.TestCluster;
import io.ringhaul.exceptions.BulkOperationException;
import io.ringhaul.exceptions.StorageException;
import io.ringhaul.format.ImportSource;
import io.ringhaul.iceberg.IcebergSource;
import io.ringhaul.internal.parquet.ForeignFiles;
import io.ringhaul.seeds.Seeds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.apache.iceberg.mapping.MappingUtil;
import org.apache.iceberg.mapping.NameMappingParser;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.crypto.ColumnEncryptionProperties;
import org.apache.parquet.crypto.FileEncryptionProperties;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.ColumnPath;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types.MessageTypeBuilder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Imports Parquet files of other writers and damaged files: each row is imported exactly, or the
 * import fails with a message.
 */
@ClusterTest
class ForeignParquetIT {

  private static final MessageType LISTS =
      MessageTypeParser.parseMessageType(
          "message m {"
              + " required int32 id;"
              + " optional group flat (LIST) { repeated int32 array; }"
              + " optional group pairs (LIST) {"
              + "   repeated group array { optional binary name (STRING); required int32 n; } }"
              + " optional group single (LIST) {"
              + "   repeated group single_tuple { required binary name (STRING); } }"
              + " optional group nested (LIST) {"
              + "   repeated group array (LIST) { repeated int32 array; } }"
              + " repeated binary plain (STRING);"
              + " repeated group phones { required int64 number; optional binary kind (STRING); }"
              + " optional group hive (LIST) { repeated group bag { optional int32 element; } }"
              + " optional group keys (MAP) { repeated group key_value { required int32 key; } }"
              + " optional group named (MAP_KEY_VALUE) {"
              + "   repeated group map { required int32 key; repeated int32 value; } } }");

  /** DuckDB cannot open a file with the last two columns. */
  private static final MessageType LISTS_OF_DUCKDB =
      new MessageType("m", LISTS.getFields().subList(0, 8));

  private static final String COLUMNS =
      "flat frozen<list<int>>, pairs frozen<list<frozen<tuple<text, int>>>>,"
          + " single frozen<list<frozen<tuple<text>>>>, nested frozen<list<frozen<list<int>>>>,"
          + " plain frozen<list<text>>, phones frozen<list<frozen<tuple<bigint, text>>>>,"
          + " hive frozen<list<int>>, keys frozen<set<int>>,"
          + " named frozen<map<int, frozen<list<int>>>>";

  private static final String IN_DUCKDB =
      "flat::VARCHAR, list_transform(pairs, x -> [x.name, x.n::VARCHAR])::VARCHAR,"
          + " single::VARCHAR, nested::VARCHAR, plain::VARCHAR,"
          + " list_transform(phones, x -> [x.number::VARCHAR, x.kind])::VARCHAR, hive::VARCHAR";

  private static String keyspace = "";

  @TempDir private Path folder;

  @BeforeAll
  static void createTables() {
    keyspace = TestCluster.newKeyspace(1);
    TestCluster.define(
        List.of(
            "CREATE TABLE " + keyspace + ".lists (id int PRIMARY KEY, " + COLUMNS + ")",
            "CREATE TABLE " + keyspace + ".added (id int PRIMARY KEY, " + COLUMNS + ")",
            "CREATE TABLE " + keyspace + ".damaged (id int PRIMARY KEY, numbers frozen<list<int>>)",
            "CREATE TABLE "
                + keyspace
                + ".odd (id int PRIMARY KEY, nothing text, half float, double double,"
                + " halves frozen<list<float>>, keys frozen<set<text>>, map map<text, text>,"
                + " n int)"));
  }

  @Test
  void readsListsOfEveryForm() throws SQLException {
    long seed = Seeds.next();
    Random random = new Random(seed);
    Random same = new Random(seed);
    List<Group> rows = new ArrayList<>();
    List<Group> rowsOfDuckDb = new ArrayList<>();
    Map<Integer, List<String>> expected = new TreeMap<>();
    for (int id = 0; id < 120; id++) {
      List<String> values = new ArrayList<>();
      rows.add(row(LISTS, id, random, values));
      rowsOfDuckDb.add(row(LISTS_OF_DUCKDB, id, same, new ArrayList<>()));
      expected.put(id, values);
    }
    Path file = ForeignFiles.write(folder, LISTS, rows, random);
    Path fileOfDuckDb = ForeignFiles.write(folder, LISTS_OF_DUCKDB, rowsOfDuckDb, same);

    assertThat(imported("lists", ParquetSource.at(file))).isEqualTo(120);
    assertThat(stored("lists")).isEqualTo(expected);
    assertThat(asInDuckDb(stored("lists"))).isEqualTo(duckDb(fileOfDuckDb));

    // The same file, added to an Iceberg table with a name mapping.
    try (JdbcCatalog catalog = catalog()) {
      Table table = table(catalog, "added", icebergLists(), file, 120, Files.size(file));
      assertThat(table.currentSnapshot()).isNotNull();
      assertThat(imported("added", IcebergSource.catalog(catalog).table("ks.added")))
          .isEqualTo(120);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    assertThat(stored("added")).isEqualTo(expected);
  }

  @Test
  void rejectsFileWithMissingMiddle() throws IOException {
    Path file = damagedFile(List.of());
    List<Long> starts = new ArrayList<>();
    ForeignFiles.alter(
        file,
        footer -> footer.getRow_groups().forEach(group -> starts.add(group.getFile_offset())));
    long whole = Files.size(file);
    ForeignFiles.cut(file, starts.get(2));
    long length = Files.size(file);
    assertThat(length).isLessThan(whole);
    try (JdbcCatalog catalog = catalog()) {
      table(catalog, "cut", icebergNumbers(), file, 500, length);
      assertRefused(
          IcebergSource.catalog(catalog).table("ks.cut"),
          "The data file "
              + file
              + " cannot be read: row group 3 of 5 exceeds the data of the file: its column ");
    }
    assertRefused(
        ParquetSource.at(file),
        "The file " + file + " cannot be read: row group 3 of 5 exceeds the data of the file: ",
        " of " + length + "; the file is cut or damaged: copy or write it again");
  }

  @Test
  void rejectsFooterThatContradictsFile() {
    Map<String, Consumer<FileMetaData>> damages =
        Map.of(
            "row group 5 of 5 has 99 rows but 100 values of column id",
            footer -> group(footer, 4).setNum_rows(99),
            "row group 5 of 5 has 101 rows but 100 values of column id",
            footer -> group(footer, 4).setNum_rows(101),
            "row group 5 of 5 has 100 rows and 1 of 2 columns",
            footer -> group(footer, 4).getColumns().remove(1),
            "row group 5 of 5 exceeds the data of the file: its column numbers.list.element has"
                + " 1000000 bytes",
            footer ->
                group(footer, 4)
                    .getColumns()
                    .get(1)
                    .getMeta_data()
                    .setTotal_compressed_size(1_000_000),
            "row group 5 of 5 has column id at byte 0",
            footer -> group(footer, 4).getColumns().get(0).getMeta_data().setData_page_offset(0),
            "row group 5 of 5 exceeds the data of the file: its column id has",
            footer ->
                group(footer, 4)
                    .getColumns()
                    .get(0)
                    .getMeta_data()
                    .setDictionary_page_offset(1_000_000));
    damages.forEach(
        (message, damage) -> {
          Path file = damagedFile(List.of(damage));
          assertRefused(ParquetSource.at(file), "The file " + file + " cannot be read: " + message);
        });
  }

  @Test
  void rejectsDataFilesThatDifferFromTableMetadata() throws IOException {
    Path file = damagedFile(List.of());
    long length = Files.size(file);
    try (JdbcCatalog catalog = catalog()) {
      table(catalog, "less", icebergNumbers(), file, 501, length);
      assertRefused(
          IcebergSource.catalog(catalog).table("ks.less"),
          "The data file "
              + file
              + " cannot be read: it has 500 rows, but its table's metadata declares 501; restore"
              + " the original file, or remove it from the table");
      table(catalog, "longer", icebergNumbers(), file, 500, length + 1);
      assertRefused(
          IcebergSource.catalog(catalog).table("ks.longer"),
          "cannot be read: it has "
              + length
              + " bytes, but its table's metadata declares "
              + (length + 1));
    }
  }

  @Test
  void rejectsValuesThatDoNotStartOrEndWithRows() throws SQLException {
    Path good = ForeignFiles.lists(folder.resolve("good.parquet"), 3, 0, 1, 0, 0, 1);
    assertThat(imported("damaged", ParquetSource.at(good))).isEqualTo(3);
    assertThat(stored("damaged"))
        .isEqualTo(Map.of(0, List.of("[0,1]"), 1, List.of("[2]"), 2, List.of("[3,4]")));
    TestCluster.session().execute("TRUNCATE " + keyspace + ".damaged");
    Path begin = ForeignFiles.lists(folder.resolve("begin.parquet"), 3, 1, 0, 1, 0, 1);
    assertRefused(
        ParquetSource.at(begin),
        "The file "
            + begin
            + " cannot be read: the values of column numbers in row group 1 do not start with a"
            + " row: their first repetition level is 1, not 0; write the file again");
    Path left = ForeignFiles.lists(folder.resolve("left.parquet"), 3, 0, 1, 0, 0, 1, 0);
    assertThatThrownBy(() -> imported("damaged", ParquetSource.at(left)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(
            "The file "
                + left
                + " cannot be read: row group 1 has 3 rows, but values of column numbers remain"
                + " after them; write the file again");
  }

  @Test
  void readsNullTypesFloat16AndMapsWithoutValues() {
    MessageTypeBuilder type = org.apache.parquet.schema.Types.buildMessage();
    type.required(PrimitiveTypeName.INT32).named("id");
    type.optional(PrimitiveTypeName.INT32).as(LogicalTypeAnnotation.unknownType()).named("nothing");
    for (String name : List.of("half", "double")) {
      type.optional(PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY)
          .length(2)
          .as(LogicalTypeAnnotation.float16Type())
          .named(name);
    }
    type.optionalGroup()
        .as(LogicalTypeAnnotation.listType())
        .repeatedGroup()
        .optional(PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY)
        .length(2)
        .as(LogicalTypeAnnotation.float16Type())
        .named("element")
        .named("list")
        .named("halves");
    MessageType keys =
        MessageTypeParser.parseMessageType(
            "message m { optional group keys (MAP) { repeated group key_value {"
                + " required binary key (STRING); } } optional group map (MAP) {"
                + " repeated group key_value { required binary key (STRING); } } }");
    keys.getFields().forEach(type::addField);
    MessageType schema = type.named("m");
    int[] bits = {0x3c00, 0xc000, 0x7bff, 0x0001, 0x8000, 0x7c00, 0x7e00, 0x3555, 0x03ff, 0xfbff};
    List<Group> rows = new ArrayList<>();
    for (int id = 0; id < bits.length; id++) {
      Group row = new SimpleGroup(schema).append("id", id);
      Binary half =
          Binary.fromConstantByteArray(new byte[] {(byte) bits[id], (byte) (bits[id] >> 8)});
      row.append("half", half).append("double", half);
      for (String name : List.of("keys", "map")) {
        Group map = row.addGroup(name);
        for (int i = 0; i < id % 3; i++) {
          map.addGroup("key_value").append("key", "k" + i);
        }
      }
      rows.add(row);
    }
    Path file = ForeignFiles.write(folder.resolve("odd.parquet"), schema, rows, 4);
    List<String> readable = List.of("id", "nothing", "half", "double", "keys");
    assertThat(imported("odd", ParquetSource.at(file), readable)).isEqualTo(bits.length);
    String[] numbers = {
      "1.0",
      "-2.0",
      "65504.0",
      "5.9604645E-8",
      "-0.0",
      "Infinity",
      "NaN",
      "0.33325195",
      "6.097555E-5",
      "-65504.0"
    };
    double[] doubles = {
      1,
      -2,
      65504,
      0x1p-24,
      -0.0,
      Double.POSITIVE_INFINITY,
      Double.NaN,
      0x1.554p-2,
      1023 * 0x1p-24,
      -65504
    };
    for (Row row : TestCluster.session().execute("SELECT * FROM " + keyspace + ".odd")) {
      int id = row.getInt("id");
      assertThat(row.isNull("nothing")).isTrue();
      assertThat(String.valueOf(row.getFloat("half"))).isEqualTo(numbers[id]);
      assertThat(Double.valueOf(row.getDouble("double"))).isEqualTo(Double.valueOf(doubles[id]));
      assertThat(row.getSet("keys", String.class))
          .isEqualTo(java.util.Set.copyOf(List.of("k0", "k1").subList(0, id % 3)));
    }
    assertThatThrownBy(() -> imported("odd", ParquetSource.at(file), List.of("id", "halves")))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(
            "column halves: "
                + file
                + ": its Parquet type has 16-bit floating-point numbers (FLOAT16) inside another"
                + " type, which are not supported; write it with 32-bit floats");
    assertThatThrownBy(() -> imported("odd", ParquetSource.at(file), List.of("id", "map")))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(
            "column map: " + file + ": Iceberg type list<string> is not compatible with CQL")
        .hasMessageNotContaining("\n");
  }

  @Test
  void rejectsNullTypeInPrimaryKey() {
    MessageType schema =
        org.apache.parquet.schema.Types.buildMessage()
            .optional(PrimitiveTypeName.INT32)
            .as(LogicalTypeAnnotation.unknownType())
            .named("id")
            .named("m");
    Path file =
        ForeignFiles.write(
            folder.resolve("key.parquet"), schema, List.of(new SimpleGroup(schema)), 4);
    assertThatThrownBy(() -> imported("odd", ParquetSource.at(file)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(
            "column id: " + file + ": its Parquet type declares that it is null in each row");
  }

  @Test
  void namesUnreadableColumnsAndImportsOthers() throws IOException {
    MessageType schema =
        MessageTypeParser.parseMessageType("message m { required int32 id; optional int32 n; }");
    List<Group> rows = new ArrayList<>();
    for (int id = 0; id < 10; id++) {
      rows.add(new SimpleGroup(schema).append("id", id).append("n", -id));
    }
    for (CompressionCodec codec : List.of(CompressionCodec.BROTLI, CompressionCodec.LZO)) {
      Path file = ForeignFiles.write(folder.resolve(codec + ".parquet"), schema, rows, 4);
      ForeignFiles.alter(
          file, footer -> group(footer, 1).getColumns().get(1).getMeta_data().setCodec(codec));
      assertNamed(
          file,
          "it is compressed with "
              + codec.name().toLowerCase(java.util.Locale.ROOT)
              + ", which is not supported; write it with zstd, snappy, gzip or lz4_raw");
    }
    MessageType times =
        MessageTypeParser.parseMessageType(
            "message m { required int32 id; optional int64 n (TIME(NANOS,true)); }");
    List<Group> rowsWithTimes = new ArrayList<>();
    for (int id = 0; id < 10; id++) {
      rowsWithTimes.add(new SimpleGroup(times).append("id", id).append("n", (long) id));
    }
    assertNamed(
        ForeignFiles.write(folder.resolve("times.parquet"), times, rowsWithTimes, 4),
        "its Parquet type cannot be read: Unsupported unit for time: NANOS");

    Path lz4 = ForeignFiles.write(folder.resolve("lz4.parquet"), schema, rows, 4);
    ForeignFiles.alter(
        lz4,
        footer ->
            group(footer, 1).getColumns().get(1).getMeta_data().setCodec(CompressionCodec.LZ4));
    assertThatThrownBy(() -> imported("odd", ParquetSource.at(lz4)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(
            "The file "
                + lz4
                + " cannot be read: column n is compressed with lz4 without Hadoop's framing, or it"
                + " is damaged; write the file with lz4_raw, zstd or snappy");

    byte[] key = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    Path encrypted = folder.resolve("encrypted.parquet");
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(encrypted))
            .withConf(new PlainParquetConfiguration())
            .withType(schema)
            .withEncryption(
                FileEncryptionProperties.builder(key)
                    .withPlaintextFooter()
                    .withEncryptedColumns(
                        Map.of(
                            ColumnPath.get("n"),
                            ColumnEncryptionProperties.builder("n").withKey(key).build()))
                    .build())
            .build()) {
      for (Group row : rows) {
        writer.write(row);
      }
    }
    assertNamed(encrypted, "it is encrypted with an unknown key; write it without encryption");
  }

  /** Asserts that the error names column n, and that the other columns can be imported. */
  private static void assertNamed(Path file, String problem) {
    assertThatThrownBy(() -> imported("odd", ParquetSource.at(file)))
        .isInstanceOf(StorageException.class)
        .hasMessage(
            file + " does not fit " + keyspace + ".odd: column n: " + file + ": " + problem);
    assertThat(imported("odd", ParquetSource.at(file), List.of("id"))).isEqualTo(10);
  }

  /** Returns a row; its type may lack the last fields, and the other values do not change. */
  private static Group row(MessageType type, int id, Random random, List<String> expected) {
    Group row = new SimpleGroup(type).append("id", id);
    StringJoiner flat = new StringJoiner(",", "[", "]");
    StringJoiner pairs = new StringJoiner(",", "[", "]");
    StringJoiner single = new StringJoiner(",", "[", "]");
    StringJoiner nested = new StringJoiner(",", "[", "]");
    StringJoiner plain = new StringJoiner(",", "[", "]");
    StringJoiner phones = new StringJoiner(",", "[", "]");
    StringJoiner hive = new StringJoiner(",", "[", "]");
    StringJoiner keys = new StringJoiner(",", "{", "}");
    StringJoiner named = new StringJoiner(",", "{", "}");
    // A list is null, empty, or has up to four elements.
    int[] sizes = random.ints(9, -1, 5).toArray();
    Group[] groups = new Group[9];
    List<String> names =
        List.of("flat", "pairs", "single", "nested", "", "", "hive", "keys", "named");
    for (int i = 0; i < sizes.length; i++) {
      if (!names.get(i).isEmpty() && sizes[i] >= 0) {
        groups[i] =
            type.containsField(names.get(i))
                ? row.addGroup(names.get(i))
                : new SimpleGroup(LISTS.getType(names.get(i)).asGroupType());
      }
    }
    for (int i = 0; i < sizes[0]; i++) {
      groups[0].append("array", id * 10 + i);
      flat.add(String.valueOf(id * 10 + i));
    }
    for (int i = 0; i < sizes[1]; i++) {
      Group pair = groups[1].addGroup("array").append("n", i);
      boolean isNamed = random.nextBoolean();
      if (isNamed) {
        pair.append("name", "a" + id);
      }
      pairs.add("(" + (isNamed ? "'a" + id + "'" : "NULL") + "," + i + ")");
    }
    for (int i = 0; i < sizes[2]; i++) {
      groups[2].addGroup("single_tuple").append("name", "s" + i);
      single.add("('s" + i + "')");
    }
    for (int i = 0; i < sizes[3]; i++) {
      Group inner = groups[3].addGroup("array");
      StringJoiner numbers = new StringJoiner(",", "[", "]");
      int size = random.nextInt(4);
      for (int j = 0; j < size; j++) {
        inner.append("array", i * 10 + j);
        numbers.add(String.valueOf(i * 10 + j));
      }
      nested.add(numbers.toString());
    }
    for (int i = 0; i < sizes[4]; i++) {
      row.append("plain", "p" + i);
      plain.add("'p" + i + "'");
    }
    for (int i = 0; i < sizes[5]; i++) {
      Group phone = row.addGroup("phones").append("number", (long) i);
      boolean hasKind = random.nextBoolean();
      if (hasKind) {
        phone.append("kind", "home");
      }
      phones.add("(" + i + "," + (hasKind ? "'home'" : "NULL") + ")");
    }
    for (int i = 0; i < sizes[6]; i++) {
      groups[6].addGroup("bag").append("element", i);
      hive.add(String.valueOf(i));
    }
    for (int i = 0; i < sizes[7]; i++) {
      groups[7].addGroup("key_value").append("key", i);
      keys.add(String.valueOf(i));
    }
    for (int i = 0; i < sizes[8]; i++) {
      Group entry = groups[8].addGroup("map").append("key", i);
      StringJoiner numbers = new StringJoiner(",", "[", "]");
      for (int j = 0; j < i; j++) {
        entry.append("value", j);
        numbers.add(String.valueOf(j));
      }
      named.add(i + ":" + numbers);
    }
    List<StringJoiner> all = List.of(flat, pairs, single, nested, plain, phones, hive, keys, named);
    for (int i = 0; i < all.size(); i++) {
      boolean isNull = !names.get(i).isEmpty() && sizes[i] < 0;
      expected.add(isNull ? "NULL" : all.get(i).toString());
    }
    return row;
  }

  /** Writes five row groups of 100 rows. */
  private Path damagedFile(List<Consumer<FileMetaData>> damages) {
    MessageType schema =
        MessageTypeParser.parseMessageType(
            "message m { required int32 id; required group numbers (LIST) { repeated group list {"
                + " required int32 element; } } }");
    List<Group> rows = new ArrayList<>();
    for (int id = 0; id < 500; id++) {
      Group row = new SimpleGroup(schema).append("id", id);
      row.addGroup("numbers").addGroup("list").append("element", id);
      rows.add(row);
    }
    try {
      Path file = Files.createTempFile(folder, "damaged", ".parquet");
      Files.delete(file);
      ForeignFiles.write(file, schema, rows, 100);
      damages.forEach(damage -> ForeignFiles.alter(file, damage));
      return file;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static RowGroup group(FileMetaData footer, int number) {
    return footer.getRow_groups().get(number);
  }

  private static long imported(String table, ImportSource source) {
    return imported(table, source, List.of());
  }

  private static long imported(String table, ImportSource source, List<String> columns) {
    try (TokenAwareBulkOperator operator = TokenAwareBulkOperator.over(TestCluster.session())) {
      var request = operator.importInto(keyspace, table).from(source);
      return (columns.isEmpty() ? request : request.columns(columns.toArray(String[]::new)))
          .execute()
          .rows();
    }
  }

  /** Asserts that the import fails with a one-line message and writes no row. */
  private static void assertRefused(ImportSource source, String... parts) {
    assertThatThrownBy(() -> imported("damaged", source))
        .isInstanceOf(BulkOperationException.class)
        .message()
        .contains(parts)
        .doesNotContain("\n");
    assertThat(TestCluster.session().execute("SELECT * FROM " + keyspace + ".damaged").all())
        .isEmpty();
  }

  /** Returns the rows of a table, with the values as CQL literals. */
  private static Map<Integer, List<String>> stored(String table) {
    Map<Integer, List<String>> rows = new TreeMap<>();
    for (Row row : TestCluster.session().execute("SELECT * FROM " + keyspace + "." + table)) {
      List<String> names =
          table.equals("damaged")
              ? List.of("numbers")
              : List.of(
                  "flat", "pairs", "single", "nested", "plain", "phones", "hive", "keys", "named");
      List<String> values = new ArrayList<>();
      for (String name : names) {
        Object value = row.isNull(name) ? null : row.getObject(name);
        values.add(row.codecRegistry().codecFor(row.getType(name)).format(value));
      }
      rows.put(row.getInt("id"), values);
    }
    return rows;
  }

  /**
   * Formats the first seven columns like DuckDB's lists; DuckDB reads structs of one field as that
   * field.
   */
  private static Map<Integer, List<String>> asInDuckDb(Map<Integer, List<String>> rows) {
    Map<Integer, List<String>> changed = new TreeMap<>();
    rows.forEach(
        (id, values) -> {
          List<String> texts = new ArrayList<>();
          for (int i = 0; i < 7; i++) {
            String text = values.get(i).replace("'", "").replace(",", ", ");
            texts.add(
                i == 2
                    ? text.replace("(", "").replace(")", "")
                    : text.replace('(', '[').replace(')', ']'));
          }
          changed.put(id, texts);
        });
    return changed;
  }

  private static Map<Integer, List<String>> duckDb(Path file) throws SQLException {
    Map<Integer, List<String>> rows = new TreeMap<>();
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery("SELECT id, " + IN_DUCKDB + " FROM '" + file + "'")) {
      while (result.next()) {
        List<String> values = new ArrayList<>();
        for (int i = 2; i <= 8; i++) {
          values.add(String.valueOf(result.getString(i)).replace("null", "NULL"));
        }
        rows.put(result.getInt(1), values);
      }
    }
    return rows;
  }

  private JdbcCatalog catalog() {
    JdbcCatalog catalog = new JdbcCatalog();
    catalog.setConf(new org.apache.hadoop.conf.Configuration(false));
    catalog.initialize(
        "foreign",
        Map.of(
            CatalogProperties.URI,
            "jdbc:sqlite:" + folder.resolve("catalog.db"),
            CatalogProperties.WAREHOUSE_LOCATION,
            folder.resolve("warehouse").toString(),
            CatalogProperties.FILE_IO_IMPL,
            "io.ringhaul.internal.iceberg.LocalFileIO"));
    return catalog;
  }

  private static Table table(
      JdbcCatalog catalog, String name, Schema schema, Path file, long rows, long bytes) {
    if (!catalog.namespaceExists(Namespace.of("ks"))) {
      catalog.createNamespace(Namespace.of("ks"));
    }
    Table table = catalog.createTable(TableIdentifier.of("ks", name), schema);
    // The table has assigned its own field ids.
    table
        .updateProperties()
        .set(
            TableProperties.DEFAULT_NAME_MAPPING,
            NameMappingParser.toJson(MappingUtil.create(table.schema())))
        .commit();
    table
        .newAppend()
        .appendFile(
            DataFiles.builder(PartitionSpec.unpartitioned())
                .withPath(file.toString())
                .withFormat("parquet")
                .withFileSizeInBytes(bytes)
                .withRecordCount(rows)
                .build())
        .commit();
    return table;
  }

  private static Schema icebergNumbers() {
    return new Schema(
        NestedField.required(1, "id", Types.IntegerType.get()),
        NestedField.optional(2, "numbers", list(20, Types.IntegerType.get())));
  }

  private static Schema icebergLists() {
    Types.StringType text = Types.StringType.get();
    Types.IntegerType number = Types.IntegerType.get();
    return new Schema(
        NestedField.required(1, "id", number),
        NestedField.optional(2, "flat", list(20, number)),
        NestedField.optional(
            3,
            "pairs",
            list(
                21,
                Types.StructType.of(
                    NestedField.optional(22, "name", text),
                    NestedField.required(23, "n", number)))),
        NestedField.optional(
            4, "single", list(24, Types.StructType.of(NestedField.required(25, "name", text)))),
        NestedField.optional(5, "nested", list(26, list(27, number))),
        NestedField.optional(6, "plain", list(28, text)),
        NestedField.optional(
            7,
            "phones",
            list(
                29,
                Types.StructType.of(
                    NestedField.required(30, "number", Types.LongType.get()),
                    NestedField.optional(31, "kind", text)))),
        NestedField.optional(8, "hive", list(32, number)),
        NestedField.optional(9, "keys", list(33, number)),
        NestedField.optional(
            10, "named", Types.MapType.ofOptional(34, 35, number, list(36, number))));
  }

  private static Types.ListType list(int id, org.apache.iceberg.types.Type element) {
    return Types.ListType.ofOptional(id, element);
  }
}
